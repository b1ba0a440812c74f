using System.Globalization;
using WeChatMask.Domain;

namespace WeChatMask.Tests.Domain;

public sealed class BookingNumberTests
{
    /// <summary>Spread over the whole range by a prime step, so that every digit meets every place.</summary>
    private static IEnumerable<string> SomeNumbers()
    {
        for (var payload = BookingNumber.PayloadMin; payload <= BookingNumber.PayloadMax; payload += 9_999_991)
            yield return BookingNumber.FromPayload(payload).Value;
    }

    // The first three come from outside: German tax numbers have the same form, ten digits and ISO 7064 MOD 11,10,
    // and validators in many languages test themselves on these examples.
    [Theory]
    [InlineData(8609574271, "86095742719")]
    [InlineData(4703689281, "47036892816")]
    [InlineData(6592997048, "65929970489")]
    [InlineData(BookingNumber.PayloadMin, "20000000009")]
    [InlineData(BookingNumber.PayloadMax, "99999999994")]
    public void The_check_digit_is_the_standards(long payload, string expected) =>
        Assert.Equal(expected, BookingNumber.FromPayload(payload).Value);

    [Theory]
    [InlineData(BookingNumber.PayloadMin - 1)]
    [InlineData(BookingNumber.PayloadMax + 1)]
    [InlineData(0)]
    [InlineData(-2_000_000_000)]
    public void A_payload_outside_the_range_is_the_callers_mistake(long payload) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => BookingNumber.FromPayload(payload));

    [Theory]
    [InlineData("86095742719")]
    [InlineData(" 860 9574 2719 ")]
    [InlineData("860-9574-2719")]
    [InlineData("86095742719\n")]
    [InlineData("860\u20119574\u20112719")]
    [InlineData("８６０９５７４２７１９")]
    [InlineData("٨٦٠٩٥٧٤٢٧١٩")]
    public void A_number_is_read_however_it_is_grouped(string text)
    {
        Assert.True(BookingNumber.TryParse(text, out var number));
        Assert.Equal("86095742719", number);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("8609574271")]
    [InlineData("860957427190")]
    [InlineData("86095742718")]
    [InlineData("8609574271x")]
    [InlineData("+86095742719")]
    public void Anything_else_is_refused(string? text)
    {
        Assert.False(BookingNumber.TryParse(text, out var number));
        Assert.Empty(number);
    }

    [Fact]
    public void No_number_passes_for_a_mobile_number_and_no_mobile_number_for_one()
    {
        Assert.All(SomeNumbers().Take(200), number => Assert.Null(MobileNumber.TryParse(number)));

        // One of these ten ends in the digit that would fit, so the first digit alone decides.
        for (var last = 0; last < 10; last++)
            Assert.False(BookingNumber.TryParse(string.Create(CultureInfo.InvariantCulture, $"1380013800{last}"), out _));
    }

    [Fact]
    public void Every_single_wrong_digit_is_found()
    {
        foreach (var number in SomeNumbers())
        {
            for (var place = 0; place < number.Length; place++)
            {
                for (var digit = '0'; digit <= '9'; digit++)
                {
                    if (digit != number[place])
                        Assert.False(BookingNumber.TryParse(With(number, place, digit), out _), $"{number}: {digit} at {place}");
                }
            }
        }
    }

    /// <summary>
    /// ISO 7064 promises "all or nearly all" swaps for its decimal system: in each of the ten states of the sum one
    /// pair of the 45 goes unseen, and it is always two digits that follow each other (9 and 0 among them).
    /// </summary>
    [Fact]
    public void All_but_one_in_forty_five_swapped_neighbours_are_found()
    {
        var swaps = 0;
        var unseen = 0;
        foreach (var number in SomeNumbers())
        {
            for (var place = 0; place + 1 < number.Length; place++)
            {
                var (left, right) = (number[place], number[place + 1]);
                if (left == right)
                    continue;

                swaps++;
                if (!BookingNumber.TryParse(With(With(number, place, right), place + 1, left), out _))
                    continue;

                unseen++;
                Assert.Contains(Math.Abs(left - right), new[] { 1, 9 });
            }
        }

        Assert.True(swaps > 5_000);
        Assert.InRange(unseen / (double)swaps, 0.001, 1.2 / 45);
    }

    private static string With(string number, int place, char digit) => number[..place] + digit + number[(place + 1)..];
}
