// One card at a time on the stage: it comes, is filled anew, counts its clock, and leaves in its own time.
const leaveMs = 450;
const tickMs = 250;

export interface Card {
  id: string;
  root: HTMLElement;
  clock: HTMLElement;
}

/** `isOld`: it stood long enough, or must not stand. */
export function createCards<C extends Card, L>(needs: {
  stage: HTMLElement;
  idOf: (live: L) => string;
  isOld: (live: L) => boolean;
  build: (live: L) => C;
  fill: (card: C, live: L) => void;
  clockOf: (live: L) => string;
}) {
  let card: C | null = null;
  let shown: L | null = null;
  let ticking: ReturnType<typeof setInterval> | undefined;

  function leave(): void {
    clearInterval(ticking);
    const gone = card?.root;
    card = null;
    shown = null;
    gone?.classList.add('leaving');
    setTimeout(() => gone?.remove(), leaveMs);
  }

  function tick(): void {
    if (!card || !shown) return;
    if (needs.isOld(shown)) leave();
    else card.clock.textContent = needs.clockOf(shown);
  }

  function enter(live: L): C {
    const made = needs.build(live);
    needs.stage.append(made.root);
    ticking = setInterval(tick, tickMs);
    return made;
  }

  return {
    show(live: L | null): void {
      const old = live === null || needs.isOld(live);
      if (old || card?.id !== needs.idOf(live)) leave();
      if (old) return;
      card ??= enter(live);
      shown = live;
      needs.fill(card, live);
      tick();
    },
  };
}
