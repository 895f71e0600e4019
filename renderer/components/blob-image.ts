/** Shows a picture that is in memory: attach it to an image. */
export function showBlob(blob: Blob) {
  return (image: HTMLImageElement) => {
    const address = URL.createObjectURL(blob);
    image.src = address;
    return () => URL.revokeObjectURL(address);
  };
}
