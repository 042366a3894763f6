// Pictures of what is on air: a show that has just begun has none yet.

/** For `onError`. */
export const hide = ({ currentTarget }: { currentTarget: HTMLImageElement }) => currentTarget.classList.add('none');
/** For `onLoad`. */
export const unhide = ({ currentTarget }: { currentTarget: HTMLImageElement }) =>
  currentTarget.classList.remove('none');
