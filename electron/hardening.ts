/** What no page of Akin may do, whatever gets into it. */
import { app } from 'electron';
import type { Session } from 'electron';
import { pageAddress } from './akin-url.ts';

/**
 * Keeps Chromium's own network code from reaching anything: no name and no address resolves, for whatever part of it.
 * Must run before the app is ready.
 */
export function hardenNetwork(): void {
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
}

/** Denies every permission and every connection out of this machine. */
export function hardenSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  // Switched off alone, it would still fetch its dictionaries.
  session.setSpellCheckerLanguages([]);
  session.setSpellCheckerEnabled(false);
  session.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !/^(akin|blob|data|devtools):/.test(details.url) });
  });
}

/** Keeps every window on Akin's page: no navigation, no further windows, no embedded pages. */
export function hardenContents(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    // Neither the content security policy nor webRequest sees peer connections.
    contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
    contents.on('will-navigate', (event) => {
      if (event.url !== pageAddress) event.preventDefault();
    });
    contents.on('will-frame-navigate', (event) => {
      if (!event.isMainFrame || event.url !== pageAddress) event.preventDefault();
    });
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
  });
}
