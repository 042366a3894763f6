// Loads the picture anew, behind what is seen, when a cam has come to have more qualities than it had when it was loaded.

export interface MoreQualitiesNeeds {
  /** Shows the same cam again, without a gap; false when it does not play. */
  show: () => Promise<boolean>;
  /** The picture plays, and nothing else is about to take its place. */
  may: () => boolean;
}

export function createMoreQualities({ show, may }: MoreQualitiesNeeds) {
  let offered = 0;
  let told = 0;
  let busy = false;

  return {
    /** A cam was loaded that has so many. */
    loaded(count: number): void {
      [offered, told] = [count, count];
    },
    /** The cam has so many now. Told twice it is true of copies elsewhere too. */
    look(count: number): void {
      const more = Math.min(count, told) > offered;
      told = count;
      if (!more || busy || !may()) return;
      busy = true;
      void show().then((plays) => {
        busy = false;
        if (plays) offered = Math.max(offered, count);
      });
    },
  };
}
