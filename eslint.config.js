import js from '@eslint/js';
import prettier from 'eslint-config-prettier/flat';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const tests = ['**/*.spec.ts', 'test/**/*.ts'];

export default defineConfig(
  globalIgnores(['dist/', 'data/', 'coverage/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // `== null` is how absent and null are asked for together.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],

      // A Nest module is a class that says everything in its decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // Numbers and booleans read well in messages; objects, null and undefined stay forbidden.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // `() => void log(…)` and `return next()` in a void function are shorthand, not confusion.
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // An action or `start` may give back something or nothing, which only a union with void can say.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // Nest's options and our DTOs are classes that only describe plain objects; literals are how they are made.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // `Record<never, never>` is how the SDK says "no settings", "no events", "no actions" in a default.
      '@typescript-eslint/no-generated-empty-object-type': 'off',
      // `_` marks what is left out on purpose: const { secret: _, ...rest } = settings.
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
    },
  },
  {
    files: tests,
    rules: {
      // Answers of HTTP servers and the asymmetric matchers of expect() are `any`; the test itself is the check.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // A test may be sure of what it has just made; if not, it fails.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // `void value;` uses a value whose type is all that the test is about.
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      // Fakes implement asynchronous interfaces without waiting for anything.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  {
    // What a person runs in a terminal speaks through the console.
    files: ['src/*.ts', 'src/cli/**/*.ts', 'src/demo/**/*.ts', 'test/bench/**/*.ts', 'test/crash/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.js', '**/*.cjs', '**/*.mjs'],
    languageOptions: {
      globals: {
        console: 'readonly',
        process: 'readonly',
        module: 'writable',
        require: 'readonly',
        URL: 'readonly',
      },
    },
  },
  prettier,
);
