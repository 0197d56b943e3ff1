// The pictures of a recording, drawn from the numbers that the server sends.

// Black, violet, red, orange, pale yellow: as bright as the power is high.
const MAP = [[0, 0, 4], [87, 16, 110], [188, 55, 84], [249, 142, 9], [252, 255, 164]];

export function colourOf(emotion) {
  const style = getComputedStyle(document.documentElement);
  return style.getPropertyValue(`--${emotion}`) || style.getPropertyValue("--another");
}

export function drawWaveform(canvas, picture, spans, playedS) {
  const { context, width, height } = prepared(canvas);
  const largest = Math.max(0.01, ...picture.highest, ...picture.lowest.map((value) => -value));
  const n = picture.highest.length;
  const y = (value) => height * (0.5 - (0.46 * value) / largest);
  for (let column = 0; column < n; column++) {
    const time = ((column + 0.5) / n) * picture.duration_s;
    const span = spans.find((each) => each.start_s <= time && time < each.end_s);
    context.fillStyle = colourOf(span ? span.emotion : "silence");
    context.globalAlpha = span && !span.confident ? 0.45 : 1;
    const top = y(picture.highest[column]);
    const bottom = y(picture.lowest[column]);
    context.fillRect((column * width) / n, top, Math.max(1, width / n), Math.max(1, bottom - top));
  }
  context.globalAlpha = 1;
  if (playedS > 0) {
    context.fillStyle = colourOf("ink");
    context.fillRect((playedS / picture.duration_s) * width - 1, 0, 2, height);
  }
}

export function drawMel(canvas, picture) {
  const bytes = Uint8Array.from(atob(picture.mel), (letter) => letter.charCodeAt(0));
  const { columns, bands } = picture;
  const image = new ImageData(columns, bands);
  bytes.forEach((value, index) => {
    const row = bands - 1 - Math.floor(index / columns);
    image.data.set([...mapped(value / 255), 255], 4 * (row * columns + (index % columns)));
  });
  const small = new OffscreenCanvas(columns, bands);
  small.getContext("2d").putImageData(image, 0, 0);
  const { context, width, height } = prepared(canvas);
  context.drawImage(small, 0, 0, width, height);
}

function prepared(canvas) {
  const { width, height } = canvas.getBoundingClientRect();
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  const context = canvas.getContext("2d");
  context.scale(devicePixelRatio, devicePixelRatio);
  return { context, width, height };
}

function mapped(share) {
  const place = share * (MAP.length - 1);
  const lower = Math.min(MAP.length - 2, Math.floor(place));
  return MAP[lower].map((from, n) => from + (place - lower) * (MAP[lower + 1][n] - from));
}
