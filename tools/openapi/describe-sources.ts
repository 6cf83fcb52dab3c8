import { join } from 'node:path';
import ts from 'typescript';
import type { DescribedApi, DescribedField, DescribedInput } from '../../src/api/openapi/described-api.ts';
import type { Schema } from '../../src/api/openapi/json-schema.ts';
import { described, TypeSchemas } from './type-schemas.ts';

const verbs = new Set(['Get', 'Post', 'Put', 'Patch', 'Delete']);

/** What the sources below src/api say: what handlers return, and the comments of what bodies and queries are read into. */
export function describeSources(root: string): Pick<DescribedApi, 'returns' | 'schemas' | 'inputs'> {
  const program = programOf(root);
  const checker = program.getTypeChecker();
  const schemas = new TypeSchemas(program);
  const returns: Record<string, Schema | null> = {};
  const inputs: Record<string, DescribedInput> = {};
  for (const declared of classesOf(program, join(root, 'src/api/'))) {
    const name = declared.name?.text ?? '';
    if (name.endsWith('Dto')) inputs[name] = inputOf(declared, checker);
    for (const method of handlersOf(declared)) {
      returns[`${name}.${method.name.getText()}`] = returned(method, { checker, schemas });
    }
  }
  // Errors are answered by a filter, not by a handler.
  const problem = interfaceNamed('Problem', join(root, 'src/api/errors/problem.ts'), program);
  schemas.of(checker.getTypeAtLocation(problem), problem);
  return {
    returns: sorted(returns),
    schemas: sorted(Object.fromEntries(schemas.named)),
    inputs: sorted(inputs),
  };
}

function programOf(root: string): ts.Program {
  const file = join(root, 'tsconfig.build.json');
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined };
  const config = ts.getParsedCommandLineOfConfigFile(file, { noEmit: true }, host);
  if (!config) throw new Error(`${file} cannot be read`);
  return ts.createProgram(config.fileNames, config.options);
}

function interfaceNamed(name: string, file: string, program: ts.Program): ts.InterfaceDeclaration {
  const interfaces = program.getSourceFile(file)?.statements.filter(ts.isInterfaceDeclaration);
  const declared = interfaces?.find((one) => one.name.text === name);
  if (!declared) throw new Error(`${file} has no interface ${name}`);
  return declared;
}

function* classesOf(program: ts.Program, folder: string): Generator<ts.ClassDeclaration> {
  for (const source of program.getSourceFiles()) {
    if (source.fileName.startsWith(folder)) yield* classesIn(source);
  }
}

/** Also those that a function makes. */
function* classesIn(node: ts.Node): Generator<ts.ClassDeclaration> {
  if (ts.isClassDeclaration(node)) yield node;
  else for (const child of node.getChildren()) yield* classesIn(child);
}

function handlersOf(declared: ts.ClassDeclaration): readonly ts.MethodDeclaration[] {
  return declared.members
    .filter(ts.isMethodDeclaration)
    .filter((method) =>
      ts
        .getDecorators(method)
        ?.some(
          ({ expression }) => ts.isCallExpression(expression) && verbs.has(expression.expression.getText()),
        ),
    );
}

function returned(
  method: ts.MethodDeclaration,
  { checker, schemas }: { readonly checker: ts.TypeChecker; readonly schemas: TypeSchemas },
): Schema | null {
  const signature = checker.getSignatureFromDeclaration(method);
  if (!signature) return null;
  const type = checker.getReturnTypeOfSignature(signature);
  const awaited = checker.getAwaitedType(type) ?? type;
  return awaited.flags & ts.TypeFlags.Void ? null : schemas.of(awaited, method);
}

function inputOf(declared: ts.ClassDeclaration, checker: ts.TypeChecker): DescribedInput {
  const type = checker.getTypeAtLocation(declared);
  const fields = checker
    .getPropertiesOfType(type)
    .map((field) => [field.name, fieldOf(field, checker)] as const);
  return { ...described(type.symbol, checker), fields: Object.fromEntries(fields) };
}

function fieldOf(field: ts.Symbol, checker: ts.TypeChecker): DescribedField {
  const declaration = field.valueDeclaration;
  const hasDefault =
    declaration && ts.isPropertyDeclaration(declaration) && declaration.initializer !== undefined;
  const type = checker.getTypeOfSymbol(field);
  const nullable = type.isUnion() && type.types.some(({ flags }) => flags & ts.TypeFlags.Null);
  return {
    ...described(field, checker),
    ...((hasDefault === true || (field.flags & ts.SymbolFlags.Optional) !== 0) && { optional: true }),
    ...(nullable && { nullable }),
  };
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
