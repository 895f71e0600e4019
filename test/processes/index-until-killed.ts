/**
 * A process that indexes the library under its first argument, and dies as if it were killed from outside: `after` so
 * many writes, or `within` the next one, when the catalog has half of it.
 */
import { CatalogFixture } from '../ingest/catalog-fixture.ts';

const [root, moment, writes] = process.argv.slice(2);
const fixture = new CatalogFixture(root);
let left = Number(writes);

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

fixture.indexing.on('changes', () => {
  if (--left === 0 && moment === 'after') die();
});
const { descriptors } = fixture.catalog;
const put = descriptors.put.bind(descriptors);
descriptors.put = (...row) => {
  put(...row);
  if (left <= 0) die();
};
await fixture.run();
