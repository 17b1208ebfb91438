import tseslint from 'typescript-eslint';

/** Who may import whom (docs/architecture.md, "The rooms"). A room may always import itself. */
const PURE = ['ports', 'schema', 'kubernetes', 'model', 'statistics', 'strategies', 'engine', 'routers', 'frontends', 'manifests'];
const ROOMS = {
  ports: [],
  schema: ['ports'],
  kubernetes: ['ports', 'schema'],
  model: ['schema', 'kubernetes'],
  statistics: [],
  strategies: ['model'],
  engine: ['model', 'statistics'],
  routers: ['model', 'kubernetes'],
  frontends: ['schema', 'kubernetes', 'model', 'strategies', 'routers'],
  manifests: ['schema'],
  cluster: ['ports', 'kubernetes'],
  metrics: ['ports', 'schema', 'kubernetes', 'model', 'statistics', 'cluster'],
  controller: [...PURE, 'cluster', 'metrics'],
  approvals: ['ports', 'schema', 'kubernetes', 'model', 'engine', 'cluster'],
  commands: ['kubernetes', 'model', 'engine', 'cluster'],
  images: ['ports', 'schema', 'kubernetes', 'model', 'cluster', 'approvals'],
  notifications: ['ports', 'schema', 'kubernetes', 'model', 'engine', 'cluster', 'metrics', 'approvals', 'images'],
  server: [...PURE, 'cluster', 'commands', 'approvals', 'images', 'notifications'],
  installation: ['ports', 'schema', 'kubernetes', 'model', 'frontends', 'cluster', 'controller'],
  'local/processes': ['ports'],
  'local/addresses': ['ports'],
  'local/api': ['ports', 'schema', 'kubernetes', 'local/addresses'],
  'local/workloads': ['ports', 'kubernetes', 'cluster'],
  'local/node': ['ports', 'kubernetes', 'cluster', 'local/addresses', 'local/processes'],
  'local/gateway': ['ports', 'kubernetes', 'cluster', 'local/addresses'],
  'local/load': ['ports', 'kubernetes', 'cluster', 'local/addresses'],
  'local/supervisor': ['ports', 'kubernetes', 'cluster', 'local/addresses', 'local/processes'],
};
const ALL = [...Object.keys(ROOMS), 'cli'];
const IMPURE_GLOBALS = ['setTimeout', 'setInterval', 'setImmediate', 'process', 'fetch', 'performance', 'crypto'];

const boundaries = Object.entries(ROOMS).map(([room, allowed]) => {
  const banned = ALL.filter((other) => other !== room && !allowed.includes(other) && !other.startsWith(`${room}/`));
  const depths = room.startsWith('local/') ? ['../', '../../', '../../../', '../../../../'] : ['../', '../../', '../../../'];
  const groups = banned.flatMap((other) => {
    const names = room.startsWith('local/') && other.startsWith('local/') ? [other, other.slice('local/'.length)] : [other];
    // One level up from a room below local/ is still that room, which may have a folder of the same name.
    const reaching = room.startsWith('local/') && !other.startsWith('local/') ? depths.slice(1) : depths;
    return names.flatMap((name) => reaching.map((depth) => `${depth}${name}/**`));
  });
  const pure = PURE.includes(room) && room !== 'ports';
  return {
    files: [`src/${room}/**/*.ts`],
    ignores: ['**/*.test.ts', '**/testing/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', {
        patterns: [
          { group: groups, message: `room "${room}" may import only: ${allowed.join(', ') || 'nothing of ours'}` },
          ...(pure ? [{ group: ['node:*', 'undici', 'lmdb', 'pino'], message: 'pure rooms do no I/O' }] : []),
        ],
      }],
      ...(pure ? {
        'no-restricted-globals': ['error', ...IMPURE_GLOBALS],
        'no-restricted-properties': ['error',
          { object: 'Date', property: 'now', message: 'time comes in as an argument' },
          { object: 'Math', property: 'random', message: 'chance comes in as an argument' }],
        'no-restricted-syntax': ['error', { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'time comes in as an argument' }],
      } : {}),
    },
  };
});

export default tseslint.config(
  { ignores: ['dist/', '.cache/', 'node_modules/', 'coverage/', 'src/kubernetes/generated/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      eqeqeq: 'error',
    },
  },
  { files: ['**/*.test.ts', 'test/**', 'bench/**'], rules: { 'max-lines': 'off' } },
  ...boundaries,
  {
    files: ['dashboard/src/**/*.{ts,tsx}'],
    ignores: ['**/*.test.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: [
        { regex: '^(\\.\\./)+src/', message: 'the page knows only the HTTP API; its types come from dashboard/src/api/types.ts' },
        { group: ['node:*'], message: 'the page runs in browsers' },
      ] }],
    },
  },
);
