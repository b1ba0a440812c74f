using Mono.Cecil;

namespace WeChatMask.Tests.Architecture;

/// <summary>Reads from a built assembly which type uses which: by base, member, signature, attribute or body.</summary>
/// <remarks>A constant is copied into the code that names it, so that the assembly no longer knows where it stood.</remarks>
internal static class TypeUses
{
    /// <summary>Every pair of two types of the assembly of which the first uses the second; nested types count as the one around them.</summary>
    public static IReadOnlyList<(TypeDefinition User, TypeDefinition Used)> Read(string assembly)
    {
        using var resolver = new DefaultAssemblyResolver();
        foreach (var known in new[] { assembly, typeof(object).Assembly.Location, typeof(Microsoft.AspNetCore.Builder.WebApplication).Assembly.Location })
            resolver.AddSearchDirectory(Path.GetDirectoryName(known));
        using var module = ModuleDefinition.ReadModule(assembly, new ReaderParameters { AssemblyResolver = resolver });
        return [.. module.GetTypes()
            .SelectMany(type => Named(type).SelectMany(Parts).Where(used => used.Scope == module).Select(used => (User: Outermost(type), Used: Outermost(used.Resolve()))))
            .Where(use => use.User != use.Used)
            .Distinct()];
    }

    private static TypeDefinition Outermost(TypeDefinition type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static IEnumerable<TypeReference?> Named(TypeDefinition type) =>
    [
        type.BaseType, .. type.Interfaces.Select(i => i.InterfaceType), .. Attributes(type), .. Bounds(type),
        .. type.Fields.SelectMany(f => Attributes(f).Append(f.FieldType)),
        .. type.Properties.SelectMany(Attributes),
        .. type.Methods.SelectMany(m => Signature(m).Concat(Attributes(m)).Concat(m.Parameters.SelectMany(Attributes)).Concat(Bounds(m)).Concat(Body(m))),
    ];

    private static IEnumerable<TypeReference> Attributes(ICustomAttributeProvider member) => member.CustomAttributes.SelectMany(a =>
        a.ConstructorArguments.Select(argument => argument.Value).OfType<TypeReference>().Append(a.AttributeType));

    private static IEnumerable<TypeReference> Bounds(IGenericParameterProvider member) =>
        member.GenericParameters.SelectMany(p => p.Constraints).Select(c => c.ConstraintType);

    private static IEnumerable<TypeReference> Signature(MethodReference method) =>
    [
        method.DeclaringType, method.ReturnType, .. method.Parameters.Select(p => p.ParameterType),
        .. method is GenericInstanceMethod generic ? generic.GenericArguments : [],
    ];

    private static IEnumerable<TypeReference?> Body(MethodDefinition method) => !method.HasBody
        ? []
        : method.Body.Variables.Select(v => v.VariableType)
            .Concat(method.Body.ExceptionHandlers.Select(h => h.CatchType))
            .Concat(method.Body.Instructions.SelectMany(i => i.Operand switch
            {
                MethodReference called => Signature(called),
                FieldReference field => [field.DeclaringType, field.FieldType],
                TypeReference type => [type],
                _ => Enumerable.Empty<TypeReference>(),
            }));

    private static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType generic => Parts(generic.ElementType).Concat(generic.GenericArguments.SelectMany(Parts)),
        IModifierType modified => Parts(modified.ElementType).Concat(Parts(modified.ModifierType)),
        TypeSpecification part => Parts(part.ElementType),
        _ => [type],
    };
}
