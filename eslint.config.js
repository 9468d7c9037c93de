import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import vue from 'eslint-plugin-vue';
import globals from 'globals';
import ts from 'typescript-eslint';
import vueParser from 'vue-eslint-parser';

/** Tests in which time has to pass: nothing may happen while a search is paused, processes are killed at random times, two signals are two. */
const waitByTheClock = [
  '**/*.peers.test.ts',
  'e2e/{lifecycle,queue,screenshots}.spec.ts',
  'src-main/cli/**/{search-process,worker-process,worker-killed}.test.ts',
  'src-main/workers/pool/ask-trainer.test.ts',
];

const namedExports = [
  { selector: 'ExportDefaultDeclaration', message: 'Name what you export.' },
  { selector: 'ExportAllDeclaration', message: 'No barrel files: import from the file that defines it.' },
];

const kinds = 'Literal[value=/^(conv|cell|images|text)$/]';
const kindMember =
  ":matches(MemberExpression[property.name='kind'], ChainExpression[expression.property.name='kind'], Identifier[name='kind'])";
const branchesOnKinds = [
  `BinaryExpression[operator=/^[!=]==?$/]:has(> ${kindMember}):has(> ${kinds})`,
  `SwitchStatement:matches([discriminant.property.name='kind'], [discriminant.expression.property.name='kind'], [discriminant.name='kind']) > SwitchCase > ${kinds}`,
].map((selector) => ({
  selector,
  message: 'Ask the registry of tasks or of kinds of data, or taskView and dataView (src-renderer/tasks.ts).',
}));

export default ts.config(
  { ignores: ['out/**', 'dist/**', 'node_modules/**', 'coverage/**', 'test-results/**'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.vue'],
    extends: [...ts.configs.strictTypeChecked, ...ts.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: [] }, extraFileExtensions: ['.vue'] },
    },
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'no-restricted-syntax': ['error', ...namedExports],
      eqeqeq: 'error',
    },
  },
  {
    // What differs by kind is an entry of a registry (src-shared/tasks, and its halves in src-main), or of the window's map.
    files: ['src-{main,shared,renderer}/**/*.{ts,vue}'],
    ignores: [
      'src-shared/{tasks,architecture}/{conv,cell,images,text}/**',
      'src-main/datasets/{images,text}/**',
      'src-renderer/tasks.ts',
      '**/*.test.ts',
    ],
    rules: { 'no-restricted-syntax': ['error', ...namedExports, ...branchesOnKinds] },
  },
  ...vue.configs['flat/recommended'],
  { files: ['**/*.vue'], languageOptions: { parser: vueParser, parserOptions: { parser: ts.parser } } },
  { files: ['src-renderer/**/*.vue'], rules: { 'vue/no-restricted-syntax': ['error', ...branchesOnKinds] } },
  {
    // Tests wait for events or conditions (vi.waitFor, expect.poll), and hold on a busy machine.
    files: ['**/*.{test,spec}.ts'],
    ignores: waitByTheClock,
    rules: {
      'no-restricted-imports': [
        'error',
        { name: 'node:timers/promises', message: 'Wait for a condition: vi.waitFor, vi.waitUntil.' },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'performance', property: 'now', message: 'No assertion on wall-clock time.' },
        { property: 'waitForTimeout', message: 'Wait for a condition: expect.poll.' },
      ],
    },
  },
  { files: ['**/*.d.ts', '**/*.config.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['**/*.mjs', '**/*.js', '**/*.cjs'], languageOptions: { globals: globals.node } },
  prettier,
);
