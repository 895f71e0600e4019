import { rmSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { contentsBelow, RemovalFixture, trashHome } from './removal/removal-fixture.ts';

afterAll(() => {
  rmSync(trashHome, { recursive: true, force: true });
});

describe('whatever is removed and put back', () => {
  const names = ['a.png', 'b.png', 'c/a.png', 'c/b.png', 'd.png'];
  const step = fc.oneof(
    fc.record({ kind: fc.constant('move' as const), picked: fc.subarray(names, { minLength: 1 }) }),
    fc.record({ kind: fc.constant('undo' as const), at: fc.nat(3) }),
    fc.record({ kind: fc.constant('scan' as const) }),
    fc.record({ kind: fc.constant('restart' as const) }),
  );

  it('no content is ever lost from the library, and no file from the disk', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(1), { minLength: names.length, maxLength: names.length }),
        fc.array(step, { minLength: 1, maxLength: 8 }),
        async (seeds, steps) => {
          const own = new RemovalFixture();
          try {
            await own.put(Object.fromEntries(names.map((name, at) => [name, seeds[at]!])));
            const before = contentsBelow(own.folder);
            for (const one of steps) {
              if (one.kind === 'move') {
                const picked = one.picked.filter((name) => own.known().includes(name));
                if (picked.length > 0) await own.move(picked);
              } else if (one.kind === 'undo') {
                const removal = own.removal.list()[one.at];
                if (removal) await own.removal.undo(removal.id);
              } else if (one.kind === 'scan') {
                expect(await own.run()).toMatchObject({ indexed: 0, moved: 0, removed: 0 });
              } else own.reopen();
              const here = contentsBelow(own.folder);
              const away = contentsBelow(path.join(own.target));
              expect(new Set(Object.values(here))).toEqual(new Set(Object.values(before)));
              expect(own.known()).toEqual(Object.keys(here));
              expect([...Object.values(here), ...Object.values(away)].sort()).toEqual(
                Object.values(before).sort(),
              );
            }
            for (const { id } of own.removal.list()) await own.removal.undo(id);
            expect(contentsBelow(own.folder)).toEqual(before);
          } finally {
            own.close();
          }
        },
      ),
      { numRuns: 12 },
    );
  });
});
