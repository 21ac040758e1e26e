import qrcode from 'qrcode-generator';

// A QR code as one SVG path on a grid of `size`, its quiet zone of four modules included
// (ISO/IEC 18004).
export function qrPath(text: string): { size: number; path: string } {
  const code = qrcode(0, 'M');
  code.addData(text);
  code.make();
  const modules = code.getModuleCount();
  const quiet = 4;
  let path = '';
  for (let row = 0; row < modules; ++row) {
    for (let column = 0; column < modules; ++column) {
      if (code.isDark(row, column)) {
        path += `M${String(column + quiet)} ${String(row + quiet)}h1v1h-1z`;
      }
    }
  }
  return { size: modules + 2 * quiet, path };
}
