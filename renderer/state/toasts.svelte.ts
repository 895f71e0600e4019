/** Short notices at the foot of the window. */

export interface Toast {
  id: number;
  text: string;
  action?: { label: string; run: () => void };
  /** Errors stay longer. */
  serious: boolean;
}

class Toasts {
  shown = $state.raw<readonly Toast[]>([]);
  #next = 1;

  show(text: string, options: { action?: Toast['action']; serious?: boolean } = {}): void {
    const toast: Toast = { id: this.#next, text, serious: options.serious ?? false };
    if (options.action) toast.action = options.action;
    this.#next += 1;
    this.shown = [...this.shown.filter((other) => other.text !== text), toast].slice(-3);
  }

  dismiss(id: number): void {
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
