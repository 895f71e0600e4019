import { expect, test } from 'vitest';
import { factRows, metadataRow } from '../../../renderer/layout/metadata-rows.ts';

test('a row differs where one value is not as the others, or missing', () => {
  expect(metadataRow('Format', ['jpeg', 'jpeg', 'jpeg']).differs).toBe(false);
  expect(metadataRow('Format', ['jpeg', 'jpeg', 'png']).differs).toBe(true);
  expect(metadataRow('Model', ['', 'Canon'])).toEqual({
    name: 'Model',
    values: ['', 'Canon'],
    differs: true,
  });
});

test('facts stand in the columns of their photos, whatever order they come in', () => {
  const rows = factRows(
    [7, 3, 9],
    [
      { photoId: 3, facts: [{ name: 'Model', value: 'Canon' }] },
      {
        photoId: 7,
        facts: [
          { name: 'ISO', value: '100' },
          { name: 'Model', value: 'Canon' },
        ],
      },
    ],
  );
  expect(rows).toEqual([
    { name: 'Model', values: ['Canon', 'Canon', ''], differs: true },
    { name: 'ISO', values: ['100', '', ''], differs: true },
  ]);
});

test('photos that say nothing make no rows', () => {
  expect(factRows([1, 2], [{ photoId: 1, facts: [] }])).toEqual([]);
});
