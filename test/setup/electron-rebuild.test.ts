import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkSum } from '../../src/setup/downloads.ts';
import { unpack } from '../../src/setup/electron-rebuild.ts';
import { zip } from './zip.ts';
import type { ZipEntry } from './zip.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'akin-unpack-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const target = () => path.join(root, 'electron');

async function unpacked(...entries: ZipEntry[]): Promise<string[]> {
  const archive = path.join(root, 'archive.zip');
  writeFileSync(archive, zip(entries));
  await unpack(archive, target());
  return readdirSync(target(), { recursive: true, encoding: 'utf8' }).sort();
}

describe('unpack', () => {
  it('takes Electron and leaves the application', async () => {
    const names = await unpacked(
      { name: 'Cypress/', content: '' },
      { name: 'Cypress/Cypress', content: 'binary', mode: 0o100755 },
      { name: 'Cypress/locales/en-US.pak', content: 'words', mode: 0o100644 },
      { name: 'Cypress/libvulkan.so', content: 'libvulkan.so.1', mode: 0o120777 },
      { name: 'Cypress/resources/app/index.js', content: 'application' },
      { name: 'Cypress/browser_v8_context_snapshot.bin', content: 'snapshot' },
    );
    expect(names).toEqual(['Cypress', 'libvulkan.so', 'locales', 'locales/en-US.pak']);
    expect(lstatSync(path.join(target(), 'Cypress')).mode & 0o777).toBe(0o755);
    expect(readFileSync(path.join(target(), 'locales/en-US.pak'), 'utf8')).toBe('words');
    expect(readlinkSync(path.join(target(), 'libvulkan.so'))).toBe('libvulkan.so.1');
  });

  it.each([
    ['../outside', 'relative path'],
    ['Cypress/../../outside', 'relative path'],
    ['/outside', 'absolute path'],
    ['Cypress/..', 'relative path'],
    ['Cypress//../../outside', 'relative path'],
  ])('refuses the path %j', async (name, reason) => {
    await expect(unpacked({ name, content: 'x' })).rejects.toThrow(reason);
    expect(readdirSync(root)).not.toContain('outside');
  });

  it.each(['../../outside', '/etc/passwd', '..'])('refuses a link to %s', async (link) => {
    await expect(unpacked({ name: 'Cypress/link', content: link, mode: 0o120777 })).rejects.toThrow(
      'leads out',
    );
    expect(readdirSync(root)).not.toContain('outside');
  });

  it('writes no file through a link', async () => {
    const entries: ZipEntry[] = [
      { name: 'Cypress/other', content: 'whole' },
      { name: 'Cypress/same', content: 'other', mode: 0o120777 },
      { name: 'Cypress/same', content: 'changed', mode: 0o100644 },
    ];
    await expect(unpacked(...entries)).rejects.toThrow('EEXIST');
    expect(readFileSync(path.join(target(), 'other'), 'utf8')).toBe('whole');
  });
});

it('uses no file with another checksum', async () => {
  const file = path.join(root, 'archive.zip');
  writeFileSync(file, 'content');
  const sum = createHash('sha256').update('content').digest('hex');
  await expect(checkSum(file, sum)).resolves.toBeUndefined();
  writeFileSync(file, 'contenT');
  await expect(checkSum(file, sum)).rejects.toThrow(/^archive\.zip has the checksum [0-9a-f]{64} and not/);
});
