/**
 * Jest runs the TypeScript sources as ES modules; see "Tests" in CONTRIBUTING.md.
 *
 * `ROOST_VARIANT` names how servers under test are set up: `window`, `compression`, `both` or `redis`. With `all`, which
 * is for `npm test`, every test runs as usual, and those of the protocol once more in `both`; in `redis`, which is two
 * servers that share a Redis, those of coming back. `npm run variants` runs the other two.
 */
const VARIANTS = ['window', 'compression', 'both', 'redis'];
const chosen = process.env.ROOST_VARIANT ?? '';
if (!['', 'all', ...VARIANTS].includes(chosen)) throw new Error(`ROOST_VARIANT: there is no variant ${chosen}`);

/** How a source becomes JavaScript. Only where there is JSX: elsewhere its `<` would be that of a type. */
const swc = ({ tsx }) => [
  '@swc/jest',
  {
    swcrc: false,
    jsc: {
      target: 'es2022',
      keepClassNames: true,
      parser: { syntax: 'typescript', tsx, decorators: true },
      transform: {
        legacyDecorator: true,
        decoratorMetadata: true,
        useDefineForClassFields: true,
        react: { runtime: 'automatic', importSource: 'preact' },
      },
    },
    module: { type: 'es6' },
  },
];

/** How one set of tests runs. */
export const project = {
  testEnvironment: '<rootDir>/test/support/leak-environment.mjs',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  setupFiles: ['reflect-metadata'],
  transform: {
    '\\.ts$': swc({ tsx: false }),
    '\\.tsx$': swc({ tsx: true }),
  },
  moduleNameMapper: {
    '^nestjs-roost$': '<rootDir>/lib/index.ts',
    '^nestjs-roost/(client|redis|testing)$': '<rootDir>/lib/$1/index.ts',
    '^(\\.{1,2}/.*)\\.js$': ['$1.ts', '$1.tsx', '$1.js'],
  },
};

/** The tests that hold in each variant; see test/support/variant.ts. */
const inVariant = (name) => ({
  ...project,
  displayName: name,
  globals: { ROOST_VARIANT: name },
  testMatch: [
    `<rootDir>/test/conformance/${name === 'redis' ? '{resume,hard-cases-resume,hard-cases-return,sessions}' : '**/*'}.test.ts`,
    '<rootDir>/test/model/order-and-delivery.test.ts',
  ],
});

const projects =
  chosen === 'all' ? [project, inVariant('both'), inVariant('redis')] : [chosen ? inVariant(chosen) : project];

/** What is of a run as a whole. */
export const run = {
  testTimeout: 30_000,
  maxWorkers: 2,
  coverageProvider: 'v8',
  collectCoverageFrom: ['lib/**/*.ts'],
  reporters: ['default', '<rootDir>/test/support/totals-reporter.mjs'],
};

export default { ...run, projects };
