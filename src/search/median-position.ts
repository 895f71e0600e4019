export interface Position {
  /** Degrees. */
  readonly latitude: number;
  readonly longitude: number;
}

/**
 * The median of latitudes and of longitudes: where most of the photos are, whatever a few that have gone astray say.
 * Longitudes are taken from the first one on the shorter way, so that the date line does not divide them.
 */
export function medianPosition(positions: readonly Position[]): Position | null {
  const [first] = positions;
  if (!first) return null;
  const latitude = median(positions.map((position) => position.latitude));
  const offset = median(positions.map((position) => around(position.longitude - first.longitude)));
  return { latitude, longitude: around(first.longitude + offset) };
}

/** The same angle from -180 up to 180 degrees. */
function around(degrees: number): number {
  if (degrees >= -180 && degrees <= 180) return degrees;
  return degrees - 360 * Math.round(degrees / 360);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}
