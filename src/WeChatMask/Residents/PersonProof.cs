using System.Security.Cryptography;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.Residents;

/// <summary>A person's commitment, which is hashed into each of their lines of the public log, and the salt it was made with, encrypted.</summary>
internal sealed record PersonProof(string Salt, string Commitment)
{
    public static PersonProof New(PersonalData personal, string idNumber, string name) =>
        Of(personal, personal.Encrypt(Convert.ToBase64String(RandomNumberGenerator.GetBytes(Who.ProofSaltSize))), idNumber, name);

    /// <summary>With a salt that is there.</summary>
    public static PersonProof Of(PersonalData personal, string salt, string idNumber, string name) =>
        new(salt, Who.IdCommitment(Convert.FromBase64String(personal.Decrypt(salt)), idNumber, name).ToString());
}
