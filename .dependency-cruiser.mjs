/** Which part may import which. Arrows point one way; what a folder is for is told in CONTRIBUTING.md. */

/** The engine: it knows neither Nest nor `ws`. Each folder with the others it may import. */
const engine = {
  protocol: [],
  time: [],
  store: ['protocol', 'time'],
  connection: ['protocol', 'time'],
  rooms: ['protocol', 'store', 'connection', 'time'],
  sessions: ['protocol', 'store', 'connection', 'rooms', 'time'],
};

/** More of the same: folders that may use packages of their own. */
const parts = {
  ...engine,
  streams: ['protocol', 'store', 'rooms', 'time'],
  redis: ['protocol', 'store', 'time'],
  client: ['protocol'],
};

const withRxjs = ['connection', 'rooms', 'sessions'];
const npm = [
  'npm',
  'npm-dev',
  'npm-optional',
  'npm-peer',
  'npm-bundled',
  'npm-no-pkg',
  'npm-unknown',
  'undetermined',
  'unknown',
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...Object.entries(parts).map(([part, allowed]) => ({
      name: `${part}-imports`,
      comment: `lib/${part} may import ${allowed.length > 0 ? allowed.map((other) => `lib/${other}`).join(', ') : 'no other part'}.`,
      severity: 'error',
      from: { path: `^lib/${part}/` },
      to: { path: '^(lib|sample-app|test|bench|scripts)/', pathNot: `^lib/(${[part, ...allowed].join('|')})/` },
    })),
    {
      name: 'pure-protocol',
      comment: 'lib/protocol is shared with browsers: it imports nothing.',
      severity: 'error',
      from: { path: '^lib/protocol/' },
      to: { dependencyTypes: ['core', ...npm] },
    },
    {
      name: 'client-alone',
      comment: 'The client runs in browsers, without dependencies: no node: modules, no packages.',
      severity: 'error',
      from: { path: '^lib/client/' },
      to: { dependencyTypes: ['core', ...npm] },
    },
    {
      name: 'engine-without-frameworks',
      comment: 'The engine knows neither Nest nor ws: a socket is an interface.',
      severity: 'error',
      from: { path: `^lib/(${Object.keys(engine).join('|')})/` },
      to: { path: '(^|node_modules/)(@nestjs/|@types/ws/|ws(/|$)|reflect-metadata|class-)' },
    },
    {
      name: 'engine-rxjs',
      comment: `Of the engine only ${withRxjs.join(' and ')} speak of Observables.`,
      severity: 'error',
      from: {
        path: '^lib/',
        pathNot: `^lib/(${[...withRxjs, 'streams', 'gateway', 'testing'].join('|')})/|^lib/roost\\.[^/]+$`,
      },
      to: { path: '(^|node_modules/)rxjs(/|$)' },
    },
    {
      name: 'nest-public-only',
      comment: "Nest's /internal paths are not public.",
      severity: 'error',
      from: {},
      to: { path: '@nestjs/[^/]+/internal' },
    },
    {
      name: 'library-alone',
      comment: 'The library imports nothing from the rest of the repository.',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(sample-app|test|bench|scripts|dist)/' },
    },
    {
      name: 'library-runtime-packages',
      comment: 'What the library imports is a peer (or a dependency), or its users would miss it.',
      severity: 'error',
      from: { path: '^lib/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['npm', 'npm-peer', 'npm-optional', 'type-only'],
      },
    },
    {
      name: 'sample-app-as-a-user',
      comment: 'The sample app imports the public package by its name.',
      severity: 'error',
      from: { path: '^sample-app/' },
      to: { path: '^(lib|dist|test|bench|scripts)/', dependencyTypes: ['local'] },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other, be it for a type, are one file or need a third.',
      severity: 'error',
      from: { path: '^(lib|sample-app)/' },
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'Every import leads somewhere. (The own name only does once the package is built.)',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^nestjs-roost(/(client|redis|testing))?$' },
    },
  ],
  options: {
    doNotFollow: { path: '(^|/)(node_modules|dist)/' },
    exclude: { path: '^sample-app/web/(public|dist)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'import', 'default'] },
  },
};
