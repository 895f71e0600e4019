/** Back and forward through places, like in a web browser. */

export interface History<Place> {
  readonly places: readonly Place[];
  /** The place that is shown, 0 <= position < places.length. */
  readonly position: number;
}

export function startHistory<Place>(place: Place): History<Place> {
  return { places: [place], position: 0 };
}

/** Goes to a new place; whatever lay ahead is forgotten, and the oldest beyond `limit` too. */
export function visit<Place>(history: History<Place>, place: Place, limit = 200): History<Place> {
  const places = [...history.places.slice(0, history.position + 1), place].slice(-limit);
  return { places, position: places.length - 1 };
}

/** Moves by `steps`, back when negative; stops at the ends. */
export function travel<Place>(history: History<Place>, steps: number): History<Place> {
  const position = Math.min(history.places.length - 1, Math.max(0, history.position + steps));
  return { places: history.places, position };
}

export function currentPlace<Place>(history: History<Place>): Place {
  const place = history.places[history.position];
  if (place === undefined) throw new RangeError('A history always has a place');
  return place;
}
