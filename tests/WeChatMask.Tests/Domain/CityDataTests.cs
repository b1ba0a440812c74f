using System.Text.Json;
using WeChatMask.Domain;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Domain;

/// <summary>The sandbox's two cities hold what the cities announced; a slip in 228 rows would not be seen by eye.</summary>
public sealed class CityDataTests
{
    [Theory]
    [InlineData("loudi", 5, 5, 27.6, 27.9, 111.8, 112.2)]
    [InlineData("chuzhou", 228, 32, 31.85, 33.25, 117.15, 119.25)]
    public void A_city_has_its_pharmacies_each_with_a_place_of_its_own(
        string city, int count, int joinFirst, double south, double north, double west, double east)
    {
        using var document = Read(city);
        var pharmacies = document.RootElement.GetProperty("pharmacies").EnumerateArray().ToList();

        Assert.Equal(count, pharmacies.Count);
        foreach (var property in new[] { "code", "name", "address", "phone", "contactMobile" })
            Assert.Equal(count, pharmacies.Select(one => one.Text(property)).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(
            count,
            pharmacies.Select(one => (one.GetProperty("latitude").GetDouble(), one.GetProperty("longitude").GetDouble())).Distinct().Count());
        Assert.All(pharmacies, one =>
        {
            Assert.InRange(one.GetProperty("latitude").GetDouble(), south, north);
            Assert.InRange(one.GetProperty("longitude").GetDouble(), west, east);
            Assert.NotNull(MobileNumber.TryParse(one.Text("contactMobile")));
            Assert.Contains(one.Text("district"), one.Text("address"), StringComparison.Ordinal);
        });
        Assert.Equal(joinFirst, pharmacies.Count(one => one.Text("joins") is "2020-02-01"));
    }

    [Fact]
    public void Chuzhous_first_thirty_two_are_the_city_and_the_rest_join_a_day_later()
    {
        using var document = Read("chuzhou");
        var number = 0;
        foreach (var pharmacy in document.RootElement.GetProperty("pharmacies").EnumerateArray())
        {
            number++;
            var inCity = number <= 32;
            Assert.Equal($"CZ{number:000}", pharmacy.Text("code"));
            Assert.Equal(inCity ? "city" : "county", pharmacy.Text("quotaGroup"));
            Assert.Equal(inCity ? "2020-02-01" : "2020-02-03", pharmacy.Text("joins"));
            Assert.Equal(inCity, pharmacy.Text("district") is "琅琊区" or "南谯区");
        }
    }

    [Theory]
    [InlineData("loudi", 800)]
    [InlineData("chuzhou", 500)]
    public void Every_policy_gives_each_window_its_places_and_each_pharmacy_its_day(string city, int unitsADay)
    {
        using var document = Read(city);
        foreach (var policy in document.RootElement.GetProperty("policies").EnumerateArray())
        {
            var windows = policy.GetProperty("windows").GetArrayLength();
            foreach (var quota in policy.GetProperty("quotas").EnumerateObject())
            {
                Assert.Equal(windows, quota.Value.GetArrayLength());
                var places = quota.Value.EnumerateArray().Sum(one => one.GetInt32());
                Assert.Equal(unitsADay, places * policy.GetProperty("unitsPerBooking").GetInt32());
            }
        }
    }

    /// <summary>The price rises with the pickup day of 13 February, and a round is named by the day before its pickup.</summary>
    [Fact]
    public void Chuzhous_round_of_12_February_pays_the_new_price_and_gives_all_of_the_city_at_once()
    {
        using var document = Read("chuzhou");
        var policies = document.RootElement.GetProperty("policies").EnumerateArray().ToList();

        Assert.Equal("2020-02-01 2020-02-12", string.Join(' ', policies.Select(one => one.Text("from"))));
        Assert.Equal([75, 100], policies.Select(one => one.GetProperty("unitPriceFen").GetInt32()));
        Assert.Equal(
            [50, 0, 0, 0, 0],
            policies[1].GetProperty("quotas").GetProperty("city").EnumerateArray().Select(one => one.GetInt32()));
    }

    private static JsonDocument Read(string city) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Cities", city + ".json")));
}
