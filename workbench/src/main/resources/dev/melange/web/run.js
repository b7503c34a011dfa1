"use strict";
// Follows a run: its state, its trials, and the loss of each training as a chart.
(() => {
  const place = document.getElementById("run");
  if (!place || !window.EventSource) {
    return;
  }
  const state = document.getElementById("run-state");
  const progress = document.getElementById("run-progress");
  const bar = document.getElementById("run-bar");
  const trials = new Map(); // name -> {steps, losses}
  let chart = null;
  let shown = null;
  let dirty = false;

  const draw = () => {
    if (!dirty || !shown || !trials.has(shown)) {
      return;
    }
    dirty = false;
    const data = trials.get(shown);
    const series = [data.steps, data.losses];
    if (chart) {
      chart.setData(series);
      return;
    }
    const box = document.getElementById("run-chart");
    const text = getComputedStyle(box).color;
    const line = getComputedStyle(document.querySelector("main a")).color;
    const grid = { stroke: text, width: 0.15 };
    const axis = (label) => ({ label, stroke: text, grid, ticks: grid });
    chart = new uPlot({
      width: Math.min(720, box.clientWidth || 320),
      height: 260,
      scales: { x: { time: false } },
      axes: [axis("step"), axis("loss")],
      series: [{ label: "step" }, { label: "loss", stroke: line, width: 2 }],
    }, series, box);
  };
  setInterval(draw, 500);

  // How far each part of the model moves in a step, relative to its size: about 1e-3 is usual.
  const colors = ["#3b6fd4", "#c2571a", "#2f8f4e", "#9a4fbf", "#b3261e", "#0f8b8d", "#8a6d1b",
    "#5c6bc0", "#ad1457", "#558b2f", "#6d4c41", "#455a64"];
  const dashes = [[], [6, 3], [2, 3]];
  let moved = null; // {trial, parts, steps, rates, ratios}
  let movedChart = null;
  const drawMoved = () => {
    const box = document.getElementById("run-updates");
    if (!box || !moved || !moved.dirty || moved.steps.length < 2) {
      return;
    }
    moved.dirty = false;
    const data = [moved.steps, moved.rates, ...moved.ratios];
    if (movedChart && movedChart.trial === moved.trial) {
      movedChart.setData(data);
      return;
    }
    if (movedChart) {
      movedChart.destroy();
    }
    movedChart = new uPlot({
      title: "Update by parameter size, per part of the model",
      width: Math.min(720, box.clientWidth || 320),
      height: 300,
      scales: { x: { time: false }, y: { distr: 3 } },
      axes: [{ label: "step", stroke: "currentColor" }, { label: "ratio", stroke: "currentColor" }],
      series: [{ label: "step" },
        { label: "learning rate", stroke: "currentColor", dash: [1, 4], width: 2 },
        ...moved.parts.map((part, i) => ({
          label: part,
          stroke: colors[i % colors.length],
          dash: dashes[Math.floor(i / 4) % dashes.length],
          width: 2,
        }))],
    }, data, box);
    movedChart.trial = moved.trial;
  };
  setInterval(drawMoved, 500);
  const positive = (value) => (value > 0 ? value : null);
  const measured = (e) => {
    if (!moved || moved.trial !== e.trial) {
      moved = { trial: e.trial, parts: Object.keys(e.ratios), steps: [], rates: [], ratios: [] };
      moved.parts.forEach(() => moved.ratios.push([]));
    }
    moved.steps.push(e.step);
    moved.rates.push(positive(e.learning_rate));
    moved.parts.forEach((part, i) => moved.ratios[i].push(positive(e.ratios[part])));
    moved.dirty = true;
  };

  const follow = (event) => {
    const e = JSON.parse(event.data);
    const where = e.total > 0 ? `trial ${e.number} of ${e.total}` : `trial ${e.number}`;
    if (e.event === "updates") {
      measured(e);
    } else if (e.event === "training") {
      trials.set(e.trial, { steps: [], losses: [], total: e.steps });
      shown = e.trial;
      dirty = true;
    } else if (e.event === "step") {
      if (!trials.has(e.trial)) {
        trials.set(e.trial, { steps: [], losses: [], total: 0 });
      }
      const data = trials.get(e.trial);
      data.steps.push(e.step);
      data.losses.push(e.loss);
      shown = e.trial;
      dirty = true;
      progress.textContent = `${where}, ${e.trial}: step ${e.step}` +
        (data.total ? ` of ${data.total}` : "") + `, loss ${e.loss.toPrecision(4)}`;
    } else if (e.event === "finished" || (e.event === "started" && e.stored)) {
      if (e.total > 0) {
        bar.max = e.total;
        bar.value = e.number;
      }
      progress.textContent = `${where}, ${e.trial}: done`;
    }
  };

  const source = new EventSource(place.dataset.events);
  source.addEventListener("run", follow);
  source.addEventListener("state", (event) => {
    const before = state.textContent;
    state.textContent = event.data;
    if (["done", "failed", "cancelled"].includes(event.data)) {
      source.close();
      draw();
      if (event.data === "done") { // studies may need fewer trials than they announced
        bar.value = bar.max;
        progress.textContent = "all trials are done";
      }
      if (before !== event.data) {
        location.reload(); // verdict, report and log
      }
    }
  });
})();
