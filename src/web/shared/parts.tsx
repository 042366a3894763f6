// Small pieces all pages share: the mark, the lamp, a button that copies.
import { useState } from 'preact/hooks';
import type { StreamInfo } from '../../vocabulary/streams.js';

export function Mark() {
  return (
    <a class="mark" href="/" aria-label="dTok, all streams">
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <path d="M22 4v18a7 7 0 1 1-3.6-6.1V4z" />
        <circle cx="15" cy="22" r="2.6" />
      </svg>
      <span>dTok</span>
    </a>
  );
}

const lampText: Record<StreamInfo['state'], string> = { live: 'On air', reconnecting: 'Reconnecting', idle: 'Off air' };

export function Lamp({ state }: { state: StreamInfo['state'] }) {
  return (
    <span class={`lamp ${state}`} data-testid="on-air" data-state={state}>
      <i aria-hidden="true" />
      {lampText[state]}
    </span>
  );
}

/** Copies without a secure context too. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
}

export function Copy({ text, label = 'Copy', testid }: { text: string; label?: string; testid?: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await copyText(text);
    setDone(true);
    setTimeout(() => setDone(false), 1500);
  };
  return (
    <button type="button" class="quiet" data-testid={testid} onClick={copy}>
      {done ? 'Copied' : label}
    </button>
  );
}
