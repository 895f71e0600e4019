/** Imports point down only: electron, cli -> engine -> the parts -> descriptor, model -> catalog. */
const parts = 'ingest|search|duplicates|removal|training|evaluation';

function forbid(name, from, to, comment) {
  return { name, severity: 'error', comment, from, to };
}

module.exports = {
  forbidden: [
    forbid('no-cycles', {}, { circular: true, dependencyTypesNot: ['type-only'] }, 'A cycle has no top.'),
    forbid(
      'catalog-is-lowest',
      { path: '^src/catalog/' },
      { path: '^src/', pathNot: '^src/(catalog/|errors\\.ts)' },
      'The catalog knows nothing of what uses it.',
    ),
    forbid(
      'descriptor-and-model-are-low',
      { path: '^src/(descriptor|local-features|model)/' },
      { path: '^src/', pathNot: '^src/(descriptor|local-features|model|catalog)/|^src/errors\\.ts' },
      'Descriptors, local features and models use only what is below them.',
    ),
    forbid(
      'parts-use-what-is-below',
      { path: `^src/(${parts})/` },
      {
        path: '^src/',
        pathNot: `^src/(${parts}|descriptor|local-features|model|catalog)/|^src/(errors|api(-search|-duplicates|-training)?|limits)\\.ts`,
      },
      'The parts of the engine do not know the engine.',
    ),
    forbid(
      'engine-knows-no-front',
      { path: '^src/[^/]+\\.ts$' },
      { path: '^(src/cli|src/setup|electron|renderer)/' },
      'The engine serves the app and the command line alike.',
    ),
    forbid(
      'electron-knows-the-contract',
      { path: '^electron/' },
      { path: '^(src|renderer)/', pathNot: '^src/(api(-search|-duplicates|-training)?|errors|limits)\\.ts$' },
      'The main process talks to the engine; it does not contain it.',
    ),
    forbid(
      'renderer-knows-the-contract',
      { path: '^renderer/' },
      { path: '^(src|electron)/', pathNot: '^src/(api(-search|-duplicates|-training)?|errors|limits)\\.ts$' },
      'The renderer runs in a sandbox.',
    ),
    forbid(
      'renderer-takes-only-types-of-api',
      { path: '^renderer/' },
      { path: '^src/api(-search|-duplicates|-training)?\\.ts$', dependencyTypesNot: ['type-only'] },
      'The schemas need not run in the renderer.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs', '.svelte'] },
  },
};
