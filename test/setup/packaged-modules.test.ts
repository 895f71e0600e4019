import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { samplePhotos } from '../../src/samples.ts';
import { isShipped, shippedPackages } from '../../src/setup/packaged-modules.ts';
import { root } from '../../src/setup/project.ts';

describe('what of a package is shipped', () => {
  test.each([
    'zod/index.cjs',
    'zod/v4/core/api.js',
    'semver/functions/parse.js',
    'protobufjs/src/reader.js',
    'onnxruntime-node/dist/backend.js',
    'onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1',
    'better-sqlite3/prebuilds/linux-x64.node',
    '@img/sharp-linux-x64/lib/sharp-linux-x64-0.35.5.node',
    '@img/sharp-libvips-linux-x64/README.md',
    'env-paths/license',
    'a/node_modules/b/LICENSE.md',
    'libheif-js/libheif-wasm',
    'libheif-js/libheif-wasm/LICENSE',
    'libheif-js/libheif-wasm/libheif-bundle.mjs',
    '@tensorflow/tfjs-core/dist',
    '@tensorflow/tfjs-core/dist/tf-core.node.js',
    '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
    'webgpu/dist/linux-x64/dawn.node',
  ])('%s is', (file) => expect(isShipped(file, 'linux', 'x64')).toBe(true));

  test.each([
    'zod/src',
    'zod/README.md',
    'a/node_modules/zod/src',
    'sharp/lib/index.d.ts',
    'better-sqlite3/deps',
    'libheif-js/libheif',
    'libheif-js/libheif-wasm/libheif.wasm',
    'libheif-js/libheif-wasm/libheif-bundle.js',
    'better-sqlite3/prebuilds/linuxmusl-x64.node',
    'better-sqlite3/prebuilds/linux-arm64.node',
    'onnxruntime-node/bin/napi-v6/darwin/arm64',
    'onnxruntime-node/bin/napi-v6/win32/x64',
    'onnxruntime-node/bin/napi-v6/linux/arm64',
    '@tensorflow/tfjs-core/dist/tf-core.es2017.js',
    '@tensorflow/tfjs-core/dist/kernel_impls.js',
    '@tensorflow/tfjs/src',
    '@tensorflow/tfjs-backend-wasm/wasm-out',
    '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm',
    'webgpu/build',
    'webgpu/dist/darwin-universal/dawn.node',
  ])('%s is not', (file) => expect(isShipped(file, 'linux', 'x64')).toBe(false));

  test.each(['arm64', 'x64'])('what is made for every Mac goes into the package for %s', (architecture) =>
    expect(isShipped('webgpu/dist/darwin-universal/dawn.node', 'darwin', architecture)).toBe(true),
  );

  test('a native file goes into the package of its own system and no other', () => {
    const platform = fc.constantFrom('darwin', 'linux', 'win32');
    const architecture = fc.constantFrom('x64', 'arm64');
    fc.assert(
      fc.property(platform, architecture, platform, architecture, (made, madeFor, packed, packedFor) => {
        const isOwn = made === packed && madeFor === packedFor;
        for (const file of [
          `better-sqlite3/prebuilds/${made}-${madeFor}.node`,
          `onnxruntime-node/bin/napi-v6/${made}/${madeFor}/onnxruntime_binding.node`,
        ]) {
          expect(isShipped(file, packed, packedFor)).toBe(isOwn);
        }
      }),
    );
  });
});

test('every package that the production packages load is shipped, and no tool', async () => {
  const packages = await shippedPackages();
  const { dependencies } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  expect(packages).toEqual(expect.arrayContaining(Object.keys(dependencies)));
  expect(packages).toEqual(expect.arrayContaining(['onnxruntime-common', '@img/colour', 'detect-libc']));
  expect(
    packages.filter((name) =>
      /electron|tfjs-node|stdlib|@?types|^node-|adm-zip|global-agent|yargs/.test(name),
    ),
  ).toEqual([]);
});

describe('licences', () => {
  test('name every package that ships, and the text is in it or said to be elsewhere', async () => {
    const page = await readFile(path.join(root, 'resources/licences.md'), 'utf8');
    const named = [...page.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
    const isNamed = (name: string) =>
      named.some((entry) => (entry.endsWith('-*') ? name.startsWith(entry.slice(0, -1)) : entry === name));
    const elsewhere = /^onnxruntime-|^@img\/sharp-libvips-|^@nodable\/entities$|^@tensorflow\/|^seedrandom$/;
    for (const folder of await shippedPackages()) {
      const name = folder.split('node_modules/').at(-1)!;
      expect(isNamed(name), `${name} is not named`).toBe(true);
      const files = readdirSync(path.join(root, 'node_modules', folder));
      const hasText = files.some((file) => /^licen[cs]e/i.test(file));
      expect(hasText || elsewhere.test(name), `${name} has no licence text`).toBe(true);
    }
    for (const [, file = ''] of page.matchAll(/`((?:licences|models)\/[\w./-]+\.txt)`/g)) {
      expect(existsSync(path.join(root, 'resources', file)), file).toBe(true);
    }
  });

  test('name every model and every sample photo', async () => {
    const page = await readFile(path.join(root, 'resources/licences.md'), 'utf8');
    for (const model of readdirSync(path.join(root, 'resources/models')))
      expect(page).toContain(`models/${model}/`);
    for (const name of samplePhotos) expect(page).toContain(`\`${name}.jpg\``);
  });
});
