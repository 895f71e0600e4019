/** A process that opens the library its argument names, tells what came of it, and closes it when told to. */
import { openCatalog } from '../../src/catalog/catalog.ts';
import { asAkinError } from '../../src/errors.ts';

const [library = '', wait] = process.argv.slice(2);

function tell(reply: unknown): void {
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}

try {
  const { catalog, notices } = openCatalog(library);
  tell({
    pid: process.pid,
    notices: notices.map(({ code }) => code),
    folders: catalog.folders.list().length,
  });
  if (wait === 'until-told') {
    process.stdin.once('data', () => {
      catalog.close();
      process.exit();
    });
  } else catalog.close();
} catch (error) {
  const { code, details } = asAkinError(error);
  tell({ pid: process.pid, error: { code, details } });
}
