import { expect, test } from 'vitest';
import { folderName, parentOf } from '../../../renderer/state/paths.ts';

test.each([
  ['/home/ann/Photos', 'Photos', '/home/ann'],
  ['/home/ann/Photos/', 'Photos', '/home/ann/Photos'],
  ['C:\\Users\\Ann\\Photos', 'Photos', 'C:\\Users\\Ann'],
  ['/', '/', ''],
  ['a\nb', 'a\nb', ''],
])('%j', (path, name, parent) => {
  expect(folderName(path)).toBe(name);
  expect(parentOf(path)).toBe(parent);
});
