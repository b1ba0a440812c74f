using WeChatMask.City;
using WeChatMask.Settings;

namespace WeChatMask.Sandbox;

/// <summary>What the terminal says once the sandbox listens: where to go and how to log in.</summary>
internal static class Greeting
{
    /// <summary>The text for a started sandbox.</summary>
    public static string Of(IServiceProvider services)
    {
        var self = services.GetRequiredService<OwnAddress>().Value;
        var options = services.GetRequiredService<SandboxOptions>();
        var now = services.GetRequiredService<CityCalendar>().Local(services.GetRequiredService<SandboxClock>().GetUtcNow());
        var code = services.GetRequiredService<City.CityFile>().Pharmacies[0].Code.ToLowerInvariant();
        var world = services.GetService<JoinedWorld>();
        var owner = world?.Owner.GetLeftPart(UriPartial.Authority) ?? self;
        var what = world is null ? "a phone, the SMS inbox, the clock" : "joined: its phones, SMS, registry and clock are this node's";
        return FormattableString.Invariant($"""

            WeChatMask sandbox, city {options.City}, clock {now:yyyy-MM-dd HH:mm:ss zzz}, data in {options.Data}

              the world   {owner}/sandbox        {what}
              residents   {self}/
              pharmacies  {self}/pharmacy       {DemoStaffStore.ClerkPrefix}{code} / {DemoStaffStore.ClerkPassword} (one for each pharmacy code)
              supervisor  {self}/supervisor     {DemoStaffStore.Supervisor} / {DemoStaffStore.SupervisorPassword}
              others      {self}/staff/login    {DemoStaffStore.LeadPrefix}{code} / {DemoStaffStore.LeadPassword}, {DemoStaffStore.Auditor} / {DemoStaffStore.AuditorPassword}, {DemoStaffStore.Administrator} / {DemoStaffStore.AdministratorPassword} (second factor {DemoStaffStore.AdministratorSecret})

            Ctrl-C stops it; the same command goes on where it was.
            """);
    }
}
