/** The `akin:` scheme: the page itself, thumbnails and photos. Nothing else can be fetched by the renderer. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { protocol } from 'electron';
import type { Session } from 'electron';
import type { Result } from '../src/api.ts';
import { AkinError } from '../src/errors.ts';
import { parseAkinUrl } from './akin-url.ts';
import type { AkinTarget } from './akin-url.ts';
import type { EngineProcess } from './engine-process.ts';

type PictureTarget = Exclude<AkinTarget, { kind: 'page' }>;
type Picture = Result<'photos.thumbnail'>;

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' akin: blob:",
  "font-src 'self'",
  "connect-src 'none'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** Must run before the app is ready. */
export function registerScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true };
  protocol.registerSchemesAsPrivileged([{ scheme: 'akin', privileges }]);
}

/** @param page the folder of the page's files */
export function serveScheme(session: Session, page: string, engine: EngineProcess): void {
  session.protocol.handle('akin', async ({ url, method }) => {
    const target = parseAkinUrl(url);
    if (!target || method !== 'GET') return new Response(null, { status: 404 });
    try {
      if (target.kind === 'page') return await pageResponse(path.join(page, target.file));
      // An engine that dies over this or over something else is followed by another: that one is asked.
      const picture = await readPicture(target, engine).catch((error: unknown) => {
        if (error instanceof AkinError && error.code === 'engine-gone') return readPicture(target, engine);
        throw error;
      });
      return respond(picture.content, {
        'content-type': picture.type,
        // A photo may be edited while its id stays: a quarter of an hour keeps scrolling free of repeated work.
        'cache-control': 'private, max-age=900',
      });
    } catch {
      return new Response(null, { status: 404 });
    }
  });
}

function readPicture(target: PictureTarget, engine: EngineProcess): Promise<Picture> {
  const { photoId } = target;
  return target.kind === 'thumbnail'
    ? engine.request('photos.thumbnail', { photoId })
    : engine.request('photos.rendering', { photoId, longSide: target.longSide });
}

async function pageResponse(file: string): Promise<Response> {
  const content = await readFile(file);
  return respond(content, {
    'content-type': types[path.extname(file)] ?? 'application/octet-stream',
    'content-security-policy': contentSecurityPolicy,
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
  });
}

function respond(content: Uint8Array, headers: Record<string, string>): Response {
  return new Response(new Uint8Array(content), {
    headers: { ...headers, 'x-content-type-options': 'nosniff' },
  });
}
