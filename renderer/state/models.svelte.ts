/** The versions of the model: their list, the describing of photos with another one, and what the user does. */
import type { ModelsProgress, ModelVersion } from '../../src/api-training.ts';
import { asWireError, bridge } from './bridge.ts';
import { complain, library } from './library.svelte.ts';
import { preferences } from './preferences.svelte.ts';
import { toasts } from './toasts.svelte.ts';

class Models {
  /** Newest first; null until the engine has told. */
  list = $state.raw<readonly ModelVersion[] | null>(null);
  progress = $state.raw<ModelsProgress>({
    phase: 'idle',
    modelId: null,
    done: 0,
    total: 0,
    rate: 0,
    etaSeconds: null,
  });

  readonly previous = $derived(this.list?.find(({ previous }) => previous) ?? null);

  /** Listens to the engine and asks for what there is; returns what ends the listening. */
  start(): () => void {
    const ends = [
      bridge.on('models.changed', () => void this.#changed()),
      bridge.on('models.progress', (progress) => {
        this.progress = progress;
      }),
      bridge.on('engine.state', ({ state }) => {
        if (state === 'ready') void this.read();
      }),
    ];
    void this.read();
    return () => {
      for (const end of ends) end();
    };
  }

  find(modelId: number | null): ModelVersion | null {
    return this.list?.find(({ id }) => id === modelId) ?? null;
  }

  /** What a model is called; null where it is not here. */
  nameOf(modelId: number | null): string | null {
    if (modelId === 0) return preferences.words.models.shipped;
    return this.find(modelId)?.name ?? null;
  }

  async use(modelId: number): Promise<void> {
    await this.#ask(() => bridge.request('models.use', { modelId }));
  }

  async cancel(): Promise<void> {
    await this.#ask(() => bridge.request('models.cancel', {}));
  }

  async goBack(): Promise<void> {
    await this.#ask(() => bridge.request('models.rollback', {}));
  }

  /** @throws what the engine refuses with: the dialog that asked for the name shows it */
  async rename(modelId: number, name: string): Promise<void> {
    await bridge.request('models.rename', { modelId, name });
    await this.read();
  }

  async remove(modelId: number): Promise<void> {
    const name = this.nameOf(modelId) ?? '';
    await this.#ask(async () => {
      await bridge.request('models.remove', { modelId });
      const { words } = preferences;
      toasts.show(words.models.removed(name), {
        action: { label: words.undo, run: () => void this.#restore(modelId, name) },
      });
    });
  }

  async export(modelId: number): Promise<void> {
    await this.#ask(async () => {
      const path = await bridge.exportModel(modelId);
      if (path !== null) toasts.show(preferences.words.models.exported(path));
    });
  }

  async import(): Promise<void> {
    await this.#ask(async () => {
      const model = await bridge.importModel();
      if (model) toasts.show(preferences.words.models.imported(model.name));
    });
  }

  /** Asks for everything again. */
  async read(): Promise<void> {
    try {
      const [list, progress] = await Promise.all([
        bridge.request('models.list', {}),
        bridge.request('models.progress', {}),
      ]);
      this.list = list;
      this.progress = progress;
    } catch (thrown) {
      // The engine comes back by itself, and says so.
      if (asWireError(thrown).code !== 'engine-gone') complain(thrown);
    }
  }

  /** Tells when another model has come into use. */
  async #changed(): Promise<void> {
    const before = this.#active();
    await this.read();
    const now = this.#active();
    if (before === null || now === null || before === now) return;
    toasts.show(preferences.words.models.nowUsed(this.nameOf(now) ?? ''));
    await library.refresh();
  }

  #active(): number | null {
    return this.list?.find(({ active }) => active)?.id ?? null;
  }

  async #restore(modelId: number, name: string): Promise<void> {
    await this.#ask(async () => {
      await bridge.request('models.restore', { modelId });
      toasts.show(preferences.words.models.restored(name));
    });
  }

  async #ask(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      complain(thrown);
    }
    await this.read();
  }
}

export const models = new Models();
