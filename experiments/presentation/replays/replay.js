const data = JSON.parse(document.getElementById("data").textContent);
const at = (id) => document.getElementById(id);
const canvas = at("road"), pen = canvas.getContext("2d");
const LANE = data.lane_width_m, STEP = data.decision_s, BEHIND = 30, REACH = 110;
// the road and half a lane of verge on both sides, whatever its lanes
canvas.height = Math.round((data.road.lanes + data.road.shoulder + 1) * LANE * canvas.width / (BEHIND + REACH));
let run = 0, frame = 0, share = 0, timer = 0;

const usd = (x) => "US$ " + x.toLocaleString("en-US", { maximumFractionDigits: x < 100 ? 1 : 0 });
const frames = () => data.runs[run].frames;
const last = () => frames().length - 1;

function put(place, lines) {
  place.replaceChildren(...lines.map(([tag, text]) => Object.assign(document.createElement(tag), { textContent: text })));
}

function bars(place, rows) {
  const box = document.createElement("div");
  box.className = "bars";
  for (const [name, width, text] of rows) {
    const label = document.createElement("span"), room = document.createElement("span"), bar = document.createElement("i"), value = document.createElement("span");
    label.textContent = name; value.textContent = text; bar.style.width = Math.max(1, 100 * width) + "%";
    room.append(bar); box.append(label, room, value);
  }
  place.replaceChildren(box);
}

// between two decisions everything moves on straight lines
function between(now, then, key, count) {
  const old = new Map(then[key].map((row) => [row[0], row]));
  return now[key].map((row) => {
    const to = old.get(row[0]);
    return to ? row.map((x, k) => (k > 0 && k <= count ? x + share * (to[k] - x) : x)) : row;
  });
}

function box(x, y, length, width, degrees, colour, alpha, outline) {
  pen.save();
  pen.translate(x, y); pen.rotate((degrees * Math.PI) / 180); pen.globalAlpha = alpha;
  pen.fillStyle = colour; pen.strokeStyle = outline || "#00000066"; pen.lineWidth = outline ? 2 : 1;
  pen.beginPath(); pen.roundRect(-length / 2, -width / 2, length, width, Math.min(3, width / 3)); pen.fill(); pen.stroke();
  pen.restore();
}

function draw() {
  const all = frames(), now = all[frame], then = all[Math.min(frame + 1, last())];
  const cars = between(now, then, "cars", 4), things = between(now, then, "things", 4);
  const ego = cars.find((car) => car[0] === 0), scale = canvas.width / (BEHIND + REACH);
  const lanes = data.road.lanes + data.road.shoulder, middle = ((lanes - 1) * LANE) / 2;
  const X = (x) => (x - ego[1] + BEHIND) * scale, Y = (y) => canvas.height / 2 + (y - middle) * scale;
  pen.globalAlpha = 1; pen.fillStyle = "#5b6b4f"; pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#3a4047"; pen.fillRect(0, Y(-LANE / 2), canvas.width, lanes * LANE * scale);
  if (data.road.shoulder) { pen.fillStyle = "#4a5058"; pen.fillRect(0, Y((lanes - 1.5) * LANE), canvas.width, LANE * scale); }
  pen.strokeStyle = "#f2f2f2"; pen.lineWidth = 2;
  for (let k = 0; k <= lanes; k++) {
    const solid = k === 0 || k === lanes || (data.road.shoulder && k === lanes - 1);
    pen.setLineDash(solid ? [] : [4 * scale, 8 * scale]); pen.lineDashOffset = solid ? 0 : (ego[1] * scale) % (12 * scale);
    pen.beginPath(); pen.moveTo(0, Y((k - 0.5) * LANE)); pen.lineTo(canvas.width, Y((k - 0.5) * LANE)); pen.stroke();
  }
  pen.setLineDash([]);
  const start = now.cars.find((car) => car[0] === 0)[1];
  [...(now.options || [])].reverse().forEach((option, k, some) => {
    const chosen = k === some.length - 1;
    pen.strokeStyle = chosen ? "#ffc53d" : "#d7e3ef"; pen.globalAlpha = chosen ? 0.9 : 0.35; pen.lineWidth = chosen ? 3 : 1.5;
    pen.beginPath(); option.path.forEach(([ahead, y], n) => (n ? pen.lineTo(X(start + ahead), Y(y)) : pen.moveTo(X(start + ahead), Y(y)))); pen.stroke();
  });
  for (const [j, x, y, z, yaw, seen] of things) {
    const one = data.road.things[j], grow = 1 + 0.15 * z;
    const size = [Math.max(one.size[0], 0.7) * scale * grow, Math.max(one.size[1], 0.7) * scale * grow];
    box(X(x), Y(y), size[0], size[1], yaw, one.real ? "#e5533d" : "#8c8c8c", seen ? 1 : 0.4, "#ffffff");
    pen.globalAlpha = seen ? 0.95 : 0.5; pen.fillStyle = "#ffffff"; pen.font = "13px system-ui, sans-serif"; pen.textAlign = "center";
    pen.fillText(one.name + (one.real ? "" : " (nothing)"), X(x), Y(y) - size[1] / 2 - 6);
  }
  for (const [i, x, y, heading, speed, flags] of cars) {
    const [length, width] = data.road.cars[i];
    const colour = i === 0 ? "#ffb000" : flags & 2 ? "#a03123" : "#6fa8dc";
    box(X(x), Y(y), length * scale, width * scale, heading, colour, flags & 4 || i === 0 ? 1 : 0.35);
    if (flags & 1) box(X(x) - (length / 2) * scale, Y(y), 3, width * scale * 0.9, heading, "#ff2d2d", 1);
  }
  pen.globalAlpha = 1;
  describe(now);
}

function describe(now) {
  const one = data.runs[run], ego = now.cars.find((car) => car[0] === 0);
  at("clock").textContent = ((frame + share) * STEP).toFixed(1) + " s of " + ((last() + 1) * STEP).toFixed(1) + " s";
  at("time").max = last(); at("time").value = frame;
  const lines = [["p", now.label || "says nothing"], ["p", now.reason || ""], ["p", ego[4].toFixed(1) + " m/s"]];
  if (one.contacts.includes(frame)) lines.push(["b", "contact with an object"]);
  if (frame === last()) lines.push(["b", one.ended.length ? "ends: " + one.ended.join(", ") : "time is up"]);
  put(at("decision"), lines);
  const over = frame === last(), shown = over ? one.usd : now.usd;
  const parts = over ? Object.entries(one.parts).slice(0, 4).map(([name, x]) => ["p", name + " " + usd(x)]) : [];
  put(at("cost"), [["b", usd(shown)], ["p", over ? "the whole episode:" : "of " + usd(one.usd) + " in the whole episode"], ...parts]);
  const near = (now.belief || [])[0];
  if (near) bars(at("belief"), near[2].map(([name, p]) => [name, p, p.toFixed(2)]));
  else put(at("belief"), [["p", now.belief ? "no object is tracked" : "this policy keeps no belief"]]);
  const options = now.options || [], most = Math.max(1, ...options.map((option) => option.mean));
  if (options.length) bars(at("imagined"), options.map((option) => [option.name, option.mean / most, usd(option.mean).slice(4)]));
  else put(at("imagined"), [["p", "nothing is imagined here"]]);
}

function go(to) { frame = Math.max(0, Math.min(last(), to)); share = 0; draw(); }
function stop() { cancelAnimationFrame(timer); timer = 0; at("play").textContent = "play"; }
function play() {
  if (timer) return stop();
  if (frame >= last()) go(0);
  at("play").textContent = "stop";
  let before = performance.now();
  const tick = (time) => {
    share += (time - before) / 1000 / STEP; before = time;
    while (share >= 1) { share -= 1; frame += 1; }
    if (frame >= last()) { go(last()); return stop(); }
    draw(); timer = requestAnimationFrame(tick);
  };
  timer = requestAnimationFrame(tick);
}
function choose(k) {
  if (k >= data.runs.length) return;
  run = k;
  [...at("policies").children].forEach((button, n) => button.setAttribute("aria-pressed", n === k));
  go(Math.min(frame, last()));
}

data.runs.forEach((one, k) => {
  const button = document.createElement("button");
  button.type = "button"; button.textContent = one.policy + ": " + usd(one.usd);
  button.addEventListener("click", () => choose(k)); at("policies").append(button);
});
at("play").addEventListener("click", play);
at("back").addEventListener("click", () => { stop(); go(frame - 1); });
at("next").addEventListener("click", () => { stop(); go(frame + 1); });
at("time").addEventListener("input", (event) => { stop(); go(Number(event.target.value)); });
addEventListener("keydown", (event) => {
  if (event.target.tagName === "BUTTON" && event.key === " ") return;
  if (event.key === " ") { event.preventDefault(); play(); }
  else if (event.key === "ArrowRight" && event.target.type !== "range") { stop(); go(frame + 1); }
  else if (event.key === "ArrowLeft" && event.target.type !== "range") { stop(); go(frame - 1); }
  else if (event.key >= "1" && event.key <= "9") choose(Number(event.key) - 1);
});
choose(0);
