// Reads alerts aloud by the browser's own voices, where it has any: one at a time, and not too often.
const leastGapMs = 3000;

export type Voice = ReturnType<typeof createVoice>;

/** `synth` undefined: this browser has none. */
export function createVoice(needs: { synth: SpeechSynthesis | undefined; now: () => number }) {
  const { synth, now } = needs;
  let freeAt = 0;
  // Voices are loaded on being asked for.
  synth?.getVoices();

  return {
    /** `volume` in percent. What comes while another is read is not read. */
    say(text: string, volume: number): void {
      if (!synth || text === '' || volume <= 0 || synth.speaking || synth.pending || now() < freeAt) return;
      if (synth.getVoices().length === 0) return;
      const words = new SpeechSynthesisUtterance(text);
      words.volume = volume / 100;
      freeAt = now() + leastGapMs;
      synth.speak(words);
    },
    hush: (): void => synth?.cancel(),
  };
}
