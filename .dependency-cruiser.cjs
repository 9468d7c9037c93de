/**
 * Imports go one way (ARCHITECTURE.md): renderer → shared ← main; inside main, desktop and the entries stand on search,
 * search on strategy, workers and runs, workers on children, children on engine and datasets.
 */
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from, pathNot: '\\.test\\.ts$' },
  to: { path: '^src-', pathNot: allowed },
});

const desktop = '^src-main/desktop/';
const below = {
  processes: ['processes'],
  engine: ['engine', 'processes'],
  datasets: ['datasets', 'processes'],
  runs: ['runs', 'processes'],
  strategy: ['strategy'],
  children: ['children', 'engine', 'datasets'],
  tasks: ['tasks', 'children', 'engine', 'datasets'],
  workers: ['workers', 'tasks', 'children', 'engine', 'datasets'],
  search: ['search', 'strategy', 'workers', 'children', 'engine', 'datasets', 'runs'],
  calibration: ['calibration', 'search', 'workers', 'engine', 'datasets', 'runs'],
  export: ['export', 'children', 'engine', 'runs'],
};

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      // Helpers of tests are used by files that are not cruised.
      from: { orphan: true, pathNot: '(\\.test|\\.d|env)\\.ts$|/testing/' },
      to: {},
    },
    only('shared-stands-alone', '^src-shared/', ['^src-shared/']),
    only('renderer-sees-only-shared', '^src-renderer/', ['^src-renderer/', '^src-shared/']),
    {
      name: 'shared-is-environment-free',
      severity: 'error',
      from: { path: '^src-shared/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'shared-uses-zod-alone',
      severity: 'error',
      from: { path: '^src-shared/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: 'node_modules/zod/' },
    },
    {
      name: 'electron-in-desktop-alone',
      severity: 'error',
      from: { pathNot: [desktop, '^src-main/main\\.ts$', '^e2e/'] },
      to: { path: 'node_modules/electron/' },
    },
    {
      name: 'tensorflow-in-the-engine-alone',
      severity: 'error',
      from: { pathNot: ['^src-main/engine/', '^bench/', '\\.test\\.ts$'] },
      to: { path: 'node_modules/@tensorflow/' },
    },
    {
      name: 'redis-at-the-queue-alone',
      severity: 'error',
      from: { pathNot: ['^src-main/workers/queue/wire/', '\\.test\\.ts$'], path: '^src-' },
      to: { path: 'node_modules/(bullmq|ioredis)/', dependencyTypesNot: ['type-only'] },
    },
    ...Object.entries(below).map(([room, rooms]) =>
      only(`${room}-imports-downwards`, `^src-main/${room}/`, [
        '^src-shared/',
        ...rooms.map((r) => `^src-main/${r}/`),
      ]),
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: '\\.test\\.ts$' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
