import ts from 'typescript';
import type { Schema } from '../../src/api/openapi/json-schema.ts';
import { schemaRef } from '../../src/api/openapi/json-schema.ts';

const { TypeFlags, SymbolFlags } = ts;

/** JSON Schemas of TypeScript types: of the JSON that a value of the type becomes. */
export class TypeSchemas {
  /** The named types that were met, by the names they have in the document. */
  readonly named = new Map<string, Schema>();
  readonly #owners = new Map<string, ts.Type>();

  readonly #checker: ts.TypeChecker;

  constructor(private readonly program: ts.Program) {
    this.#checker = program.getTypeChecker();
  }

  of(type: ts.Type, at: ts.Node): Schema {
    const { flags } = type;
    if (flags & (TypeFlags.Any | TypeFlags.Unknown)) return {};
    if (flags & TypeFlags.Null) return { type: 'null' };
    if (flags & TypeFlags.StringLiteral) return { const: (type as ts.StringLiteralType).value };
    if (flags & TypeFlags.NumberLiteral) return { const: (type as ts.NumberLiteralType).value };
    if (flags & TypeFlags.BooleanLiteral) return { const: this.#checker.typeToString(type) === 'true' };
    if (flags & (TypeFlags.String | TypeFlags.TemplateLiteral)) return { type: 'string' };
    // What the API counts is whole; the specs hold every answer against it.
    if (flags & TypeFlags.Number) return { type: 'integer' };
    if (flags & TypeFlags.Boolean) return { type: 'boolean' };
    if (flags & TypeFlags.NonPrimitive) return { type: 'object' };
    if (type.aliasSymbol?.name === 'JsonValue') return {};
    if (type.isUnion()) return this.#union(type, at);
    if (flags & (TypeFlags.Object | TypeFlags.Intersection)) return this.#object(type, at);
    throw new Error(`${at.getSourceFile().fileName}: ${this.#checker.typeToString(type)} is no JSON`);
  }

  #union(type: ts.UnionType, at: ts.Node): Schema {
    const parts = type.types.filter(({ flags }) => !(flags & (TypeFlags.Undefined | TypeFlags.Void)));
    const booleans = parts.filter(({ flags }) => flags & TypeFlags.BooleanLiteral);
    const others = booleans.length === 2 ? parts.filter((part) => !booleans.includes(part)) : parts;
    const schemas = [
      ...(booleans.length === 2 ? [{ type: 'boolean' }] : []),
      ...others.map((part) => this.of(part, at)),
    ];
    const [first] = schemas;
    if (schemas.length === 1 && first) return first;
    if (others.every((part) => part.isStringLiteral()))
      return { type: 'string', enum: others.map((part) => part.value) };
    return { anyOf: schemas };
  }

  #object(type: ts.Type, at: ts.Node): Schema {
    const checker = this.#checker;
    if (checker.isArrayType(type)) {
      const [item] = checker.getTypeArguments(type as ts.TypeReference);
      return { type: 'array', items: item ? this.of(item, at) : {} };
    }
    const name = nameOf(type, this.program);
    if (name === 'JsonObject') return { type: 'object' };
    if (name === undefined) return this.#properties(type, at);
    const owner = this.#owners.get(name);
    if (owner && owner !== type && checker.typeToString(owner) !== checker.typeToString(type))
      throw new Error(`two types would be called ${name}: rename ${checker.typeToString(type)}`);
    if (!owner) {
      this.#owners.set(name, type);
      this.named.set(name, {});
      this.named.set(name, {
        ...described(type.aliasSymbol ?? type.symbol, checker),
        ...this.#properties(type, at),
      });
    }
    return schemaRef(name);
  }

  #properties(type: ts.Type, at: ts.Node): Schema {
    const checker = this.#checker;
    const fields = checker.getPropertiesOfType(type).filter(({ flags }) => !(flags & SymbolFlags.Method));
    const values = checker.getIndexInfoOfType(type, ts.IndexKind.String);
    const required = fields.filter(({ flags }) => !(flags & SymbolFlags.Optional)).map(({ name }) => name);
    return {
      type: 'object',
      ...(fields.length > 0 && {
        properties: Object.fromEntries(fields.map((field) => [field.name, this.#property(field, at)])),
      }),
      ...(required.length > 0 && { required }),
      ...(values && { additionalProperties: this.of(values.type, at) }),
    };
  }

  #property(field: ts.Symbol, at: ts.Node): Schema {
    const type = this.#checker.getTypeOfSymbolAtLocation(field, at);
    const format = formatOf(field, this.#checker);
    return {
      ...this.of(type, at),
      ...(format !== undefined && { format }),
      // The one kind of number that need not be whole.
      ...(format === 'double' && { type: 'number' }),
      ...described(field, this.#checker),
    };
  }
}

/** What a named type is called in the document: `TaskView` is a `Task`, and a page of them a `PageOfTask`. */
function nameOf(type: ts.Type, program: ts.Program): string | undefined {
  // Types such as string have none.
  const symbol = (type.aliasSymbol ?? type.symbol) as ts.Symbol | undefined;
  if (!symbol || symbol.name.startsWith('__')) return undefined;
  // Of TypeScript's own, such as Record and Pick.
  const isOwn = (node: ts.Node): boolean => program.isSourceFileDefaultLibrary(node.getSourceFile());
  if (symbol.declarations?.some(isOwn) === true) return undefined;
  const checker = program.getTypeChecker();
  const inner = type.aliasTypeArguments ?? (isReference(type) ? checker.getTypeArguments(type) : []);
  const plain = symbol.name.replace(/View$/, '');
  const of = inner.filter((argument) => argument !== type).map((argument) => nameOf(argument, program));
  if (of.some((part) => part === undefined)) return undefined;
  return of.length > 0 ? `${plain}Of${of.join('And')}` : plain;
}

function isReference(type: ts.Type): type is ts.TypeReference {
  return (
    (type.flags & TypeFlags.Object) !== 0 &&
    ((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Reference) !== 0
  );
}

/** The first lines of its comment. */
export function described(symbol: ts.Symbol | undefined, checker: ts.TypeChecker): { description?: string } {
  const text = ts.displayPartsToString(symbol?.getDocumentationComment(checker)).replaceAll('\n', ' ').trim();
  return text === '' ? {} : { description: text };
}

/** A field that is declared as `Rfc3339` is a string like any other to the checker; its declaration knows more. */
function formatOf(field: ts.Symbol, checker: ts.TypeChecker): string | undefined {
  const own = field.getJsDocTags(checker).find(({ name }) => name === 'format');
  if (own) return ts.displayPartsToString(own.text);
  const declaration = field.valueDeclaration;
  if (!declaration || !ts.isPropertySignature(declaration) || !declaration.type) return undefined;
  if (!ts.isTypeReferenceNode(declaration.type)) return undefined;
  const alias = checker.getSymbolAtLocation(declaration.type.typeName);
  const target = alias && alias.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(alias) : alias;
  const tag = target?.getJsDocTags(checker).find(({ name }) => name === 'format');
  return tag && ts.displayPartsToString(tag.text);
}
