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

const globalTimers = ['setTimeout', 'setInterval'].map((name) => ({ name, message: clock }));
const wayOut =
  'Text of others steers a screen: what is shown goes through shared/visible-text.ts. See e2e/fixtures/screens.ts, the table of all ways out.';
const waysOut = [
  {
    selector: "MemberExpression[object.name='process'][property.name=/^(stdout|stderr)$/]",
    message: wayOut,
  },
  {
    selector:
      "ImportDeclaration[source.value='electron'] > ImportSpecifier[imported.name=/^(Menu|Notification|Tray|dialog)$/]",
    message: wayOut,
  },
];
const jsonInOneString = {
  selector: "CallExpression[callee.object.name='JSON'][callee.property.name='stringify'][arguments.length=3]",
  message: '`print` takes lines, and a line feed in one is data: use jsonLines.',
};

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
      'no-restricted-syntax': ['error', ...namedExportsAndFullPaths, ...timeWithoutClock, ...waysOut],
      'no-restricted-globals': ['error', ...globalTimers, { name: 'console', message: wayOut }],
    },
  },
  {
    // Programs of tests report what they see.
    files: ['electron/**/testing/**/*.ts'],
    ignores: ['electron/core/testing/**'],
    rules: { 'no-restricted-globals': ['error', ...globalTimers] },
  },
  {
    files: ['electron/cli/**/*.ts'],
    ignores: ['electron/cli/output/json-lines.ts', '**/*.test.ts', '**/testing/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...namedExportsAndFullPaths,
        ...timeWithoutClock,
        ...waysOut,
        jsonInOneString,
      ],
    },
  },
  {
    // The ways out.
    files: [
      'electron/cli/localport.ts',
      'electron/cli/terminal-question.ts',
      'electron/core/host/terminal.ts',
      'electron/shell/{application-menu,start-refusal,electron-notifications,tray,update-dialog}.ts',
    ],
    rules: { 'no-restricted-syntax': ['error', ...namedExportsAndFullPaths, ...timeWithoutClock] },
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
