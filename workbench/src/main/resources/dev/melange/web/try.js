"use strict";
// A pad to draw on beside the file input that it fills; without scripts the input is there alone.
(() => {
  const input = document.querySelector("input[data-draw]");
  if (!input || !window.DataTransfer || !HTMLCanvasElement.prototype.toBlob) {
    return;
  }
  const SIDE = 280;
  const pad = document.createElement("canvas");
  pad.className = "pad";
  pad.width = SIDE;
  pad.height = SIDE;
  pad.setAttribute("role", "img");
  pad.setAttribute("aria-label", "Draw here with mouse, pen or finger; or upload a picture below");
  const pen = pad.getContext("2d");
  let drawn = false;
  let last = null;

  const clear = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, SIDE, SIDE);
    pen.strokeStyle = "#000";
    pen.lineWidth = 26;
    pen.lineCap = "round";
    pen.lineJoin = "round";
    drawn = false;
  };
  const place = (event) => {
    const box = pad.getBoundingClientRect();
    return [((event.clientX - box.left) * SIDE) / box.width,
      ((event.clientY - box.top) * SIDE) / box.height];
  };
  const line = (to) => {
    pen.beginPath();
    pen.moveTo(...(last || to));
    pen.lineTo(...to);
    pen.stroke();
    last = to;
    drawn = true;
  };
  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    last = null;
    line(place(event));
    event.preventDefault();
  });
  pad.addEventListener("pointermove", (event) => {
    if (last && event.buttons) {
      line(place(event));
    }
  });
  pad.addEventListener("pointerup", () => { last = null; });
  pad.addEventListener("pointercancel", () => { last = null; });

  const tools = document.createElement("span");
  tools.className = "pad-tools";
  const wipe = document.createElement("button");
  wipe.type = "button";
  wipe.textContent = "Clear the drawing";
  wipe.addEventListener("click", () => { clear(); input.value = ""; });
  tools.append(wipe);
  input.before(pad, tools);
  clear();

  const form = input.form;
  form.addEventListener("submit", (event) => {
    if (!drawn || input.files.length > 0) {
      return;
    }
    event.preventDefault();
    pad.toBlob((blob) => {
      const files = new DataTransfer();
      files.items.add(new File([blob], "drawing.png", { type: "image/png" }));
      input.files = files.files;
      const example = form.querySelector("select[name=example]");
      if (example) {
        example.value = "none";
      }
      form.submit();
    }, "image/png");
  });
})();
