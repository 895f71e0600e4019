/** The photos that are being dragged. */
class PhotoDrag {
  /** Null while none are. */
  photoIds = $state.raw<readonly number[] | null>(null);

  start(event: DragEvent, photoIds: readonly number[]): void {
    if (!event.dataTransfer || photoIds.length === 0) return;
    event.dataTransfer.effectAllowed = 'copy';
    event.dataTransfer.setData('application/x-akin-photos', '');
    // Chromium ends a drag whose beginning changes the page.
    setTimeout(() => (this.photoIds = photoIds));
  }

  end(): void {
    // A drag that ends at once has not begun yet.
    setTimeout(() => (this.photoIds = null));
  }
}

export const photoDrag = new PhotoDrag();
