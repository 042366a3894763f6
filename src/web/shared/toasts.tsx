// Short messages that come and go: what worked, what did not.
import type { Store } from './store.js';

export interface Toast {
  id: number;
  kind: 'good' | 'bad';
  text: string;
}

let next = 0;

/** Shows a message for six seconds. */
export function toast(store: Store<{ toasts: readonly Toast[] }>, kind: Toast['kind'], text: string): void {
  const id = ++next;
  store.set({ toasts: [...store.get().toasts, { id, kind, text }].slice(-4) });
  setTimeout(() => store.set({ toasts: store.get().toasts.filter((shown) => shown.id !== id) }), 6000);
}

export function Toasts({ toasts }: { toasts: readonly Toast[] }) {
  return (
    <output class="toasts" aria-live="polite">
      {toasts.map(({ id, kind, text }) => (
        <p key={id} class={`toast ${kind}`} data-testid="toast">
          {text}
        </p>
      ))}
    </output>
  );
}
