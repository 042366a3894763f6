// What the alerts card asks of the server.
import { useEffect, useState } from 'preact/hooks';
import type { Asset } from '../../vocabulary/alert-looks.js';
import type { AlertAct, AlertQueue, AlertSettingsPatch } from '../../vocabulary/alerts.js';
import type { Desk } from './desk.js';

const pollMs = 1500;

export interface AlertDesk {
  queue: AlertQueue | null;
  act: (wish: AlertAct) => Promise<void>;
  change: (patch: AlertSettingsPatch) => Promise<boolean>;
}

/** The queue as it is now; looked at again whenever `moved` changes, and every moment while the page is seen. */
export function useAlerts(desk: Desk, stream: string, moved: unknown): AlertDesk {
  const [queue, setQueue] = useState<AlertQueue | null>(null);
  const take = (next: AlertQueue | null): boolean => {
    if (next) setQueue(next);
    return next !== null;
  };
  useEffect(() => {
    let gone = false;
    const look = async () => {
      if (document.hidden) return;
      const next = await desk.look('getAlerts', stream);
      if (!gone && next) setQueue(next);
    };
    void look();
    const timer = setInterval(look, pollMs);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [desk, stream, moved]);
  return {
    queue,
    act: async (wish) => void take(await desk.ask('actOnAlerts', stream, wish)),
    change: async (patch) => take(await desk.ask('patchAlerts', stream, patch)),
  };
}

/** What the host brought, as it is after each change. */
export interface Uploads {
  all: readonly Asset[];
  /** Null when it was refused, which is told. */
  add: (file: File) => Promise<Asset | null>;
  remove: (id: string) => Promise<void>;
}

export function useUploads(desk: Desk): Uploads {
  const [all, setAll] = useState<readonly Asset[]>([]);
  useEffect(() => {
    void desk.uploads.list().then((list) => list && setAll(list.assets));
  }, [desk]);
  return {
    all,
    async add(file) {
      const made = await desk.uploads.add(file.name, new Uint8Array(await file.arrayBuffer()));
      if (made) setAll((before) => [...before.filter(({ id }) => id !== made.id), made]);
      return made;
    },
    async remove(id) {
      const list = await desk.uploads.remove(id);
      if (list) setAll(list.assets);
    },
  };
}
