import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

// Each restriction says what to do instead: the message is all that its reader sees.
const barrel = 'No barrels: import from the file that declares the name.';
const namedExportsAndFullPaths = [
  { selector: 'ExportAllDeclaration', message: barrel },
  { selector: 'ExportNamedDeclaration[source]', message: barrel },
  { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
  {
    selector: String.raw`ImportDeclaration[source.value=/^\.\.?\u002F(?!.*\.(ts|tsx|mjs|css|svg|png|json)$)/]`,
    message: 'Write the whole file name, with .ts or .tsx.',
  },
  {
    selector:
      "ImportDeclaration[source.value='zod'][importKind='value'] > ImportSpecifier[imported.name='z']",
    message: "import * as z from 'zod': the object `z` brings all its languages into every bundle, 360 kB.",
  },
];
const clock = 'Time comes from the injected Clock (electron/core/clock.ts), so that tests can move it.';
const timeWithoutClock = [
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: clock },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: clock },
  { selector: "MemberExpression[object.name='performance'][property.name='now']", message: clock },
  { selector: "MemberExpression[object.name='process'][property.name='hrtime']", message: clock },
  {
    selector: String.raw`ImportDeclaration[source.value=/^(node:)?timers(\u002Fpromises)?$/]`,
    message: clock,
  },
];

export default defineConfig(
  globalIgnores(['dist/', '.cache/']),
  {
    files: ['**/*.{ts,tsx,mjs}'],
    extends: [js.configs.recommended, tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidOperator: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // An implementation of an asynchronous interface may well have nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      // The compiler resolves names, and knows the globals of each file.
      'no-undef': 'off',
      eqeqeq: 'error',
      'no-console': 'off',
    },
  },
  {
    files: ['{electron,shared,renderer,e2e}/**/*.{ts,tsx}'],
    rules: { 'no-restricted-syntax': ['error', ...namedExportsAndFullPaths] },
  },
  {
    files: ['electron/**/*.ts'],
    ignores: ['electron/core/clock.ts', '**/*.test.ts', 'electron/core/testing/**'],
    rules: {
      'no-restricted-syntax': ['error', ...namedExportsAndFullPaths, ...timeWithoutClock],
      'no-restricted-globals': [
        'error',
        { name: 'setTimeout', message: clock },
        { name: 'setInterval', message: clock },
      ],
    },
  },
  {
    files: ['renderer/**/*.{ts,tsx}'],
    extends: [reactHooks.configs.flat.recommended],
  },
  {
    // A test may assert what it knows, and a fake may be empty or loosely typed.
    files: ['**/*.test.{ts,tsx}', 'e2e/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // Scripts are typed by JSDoc, where a cast is a comment that these rules cannot see.
    files: ['**/*.mjs'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    // Tools read the default export of their configuration.
    files: ['**/*.config.{ts,mjs}'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
