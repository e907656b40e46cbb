// Plays the transcript of a lesson: every number shown here is text that Python wrote into it.
(function () {
  "use strict";
  var GRAINS = ["synapse", "neuron", "layer", "phase", "sample", "epoch"];
  var FLOWS = { signal: "\u2192 ", feedback: "\u2190 ", gradient: "\u2207 " };
  var KEYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [1, 3], ArrowUp: [-1, 3] };

  function start(root) {
    root.setAttribute("data-ready", "");
    var one = function (selector) { return root.querySelector(selector); };
    var steps = Array.from(root.querySelectorAll(".nn-steps li"));
    var rules = Array.from(root.querySelectorAll(".nn-equations dd"));
    var undo = [];
    var at = 0;
    var timer = null;
    var slider = one(".nn-slider");
    var grain = one(".nn-grain");
    var ask = one(".nn-predict");
    var play = one(".nn-do-play");

    function part(number) { return one('[data-m="' + number + '"]'); }
    function line(number) { return one('[data-w="' + number + '"]'); }

    // The fields of an item: rule, border, parts, uses. An item may refer to an earlier one.
    function model(item) { return item.hasAttribute("data-r") ? steps[+item.getAttribute("data-r")] : item; }
    function field(item, place) { return item ? model(item).getAttribute("data-d").split(";")[place] : ""; }
    function numbers(item, place) { return field(item, place).split(" ").filter(Boolean); }
    function rule(item) { return rules[field(item, 0)]; }
    function lines(item) { return item.title ? Array.from(item.children) : [item]; }
    function title(item) { return item.title || item.textContent.split(" = ")[0]; }

    // What an item writes: part, key and text of its result, and of what comes with it.
    function writes(item) {
      var all = (item.getAttribute("data-x") || "").split(";").filter(Boolean);
      var part = field(item, 2);
      if (!item.title && part) all.push([part, rule(item).getAttribute("data-key"), item.querySelector("b").textContent].join(" "));
      return all.map(function (write) { return write.split(" "); });
    }

    // Writes one value into the picture and returns how to take it back.
    function write(number, key, text) {
      if (key === "width") return mark(line(number), "stroke-width", text);
      var home = part(number);
      var target = home && home.querySelector('[data-value="' + (FLOWS[key] ? "flow" : key) + '"]');
      if (!target) return null;
      var before = target.textContent;
      var look = target.getAttribute("class");
      target.textContent = (FLOWS[key] || "") + text;
      if (FLOWS[key]) target.setAttribute("class", key === "signal" ? "nn-forward" : "nn-backward");
      target.classList.add("nn-fresh");
      var back = key === "weight" ? mark(line(number), "class", text[0] === "-" ? "nn-minus" : "nn-plus") : null;
      return function () {
        target.textContent = before;
        target.setAttribute("class", look);
        if (back) back();
      };
    }

    function mark(group, key, value) {
      if (!group) return null;
      var path = group.lastElementChild;
      var before = path.getAttribute(key);
      path.setAttribute(key, value);
      return function () { path.setAttribute(key, before); };
    }

    function forth() {
      var backs = [];
      writes(steps[at]).forEach(function (change) {
        backs.unshift(write(change[0], change[1], change[2]));
      });
      undo.push(backs);
      at += 1;
    }

    function back() {
      undo.pop().forEach(function (restore) { if (restore) restore(); });
      at -= 1;
    }

    function clear(name) {
      root.querySelectorAll("." + name).forEach(function (element) { element.classList.remove(name); });
    }

    function light(item, place, name) {
      numbers(item, place).forEach(function (number) {
        var group = part(number);
        var wire = line(number);
        if (group) group.classList.add(name);
        if (!wire || name === "nn-soon") return;
        var glow = wire.lastElementChild.cloneNode(false);
        glow.setAttribute("class", "nn-lit");
        wire.insertBefore(glow, wire.lastElementChild);
      });
    }

    function go(target, by_hand) {
      target = Math.max(0, Math.min(steps.length, target));
      while (at > target) back();
      while (at < target) { clear("nn-fresh"); forth(); }
      if (by_hand) root.classList.toggle("nn-ask", ask.checked && at > 0);
      show(by_hand);
    }

    // The position after one more stretch of this grain; a border says how coarse a change it is.
    function next(direction, coarse) {
      var place = at + direction;
      while (place > 0 && place < steps.length && +field(steps[place], 1) < coarse) place += direction;
      return place;
    }

    function show(by_hand) {
      var item = steps[at - 1];
      ["nn-now", "nn-used", "nn-soon"].forEach(clear);
      root.querySelectorAll(".nn-lit").forEach(function (glow) { glow.remove(); });
      if (at === 0) clear("nn-fresh");
      light(item, 3, "nn-used");
      light(item, 2, "nn-now");
      light(steps[at], 2, "nn-soon");
      root.querySelectorAll("[aria-current]").forEach(function (old) { old.removeAttribute("aria-current"); });
      if (item) item.setAttribute("aria-current", "step");
      panel(item);
      slider.value = at;
      slider.setAttribute("aria-valuetext", at + " of " + steps.length);
      one(".nn-do-first").disabled = one(".nn-do-back").disabled = at === 0;
      one(".nn-do-forward").disabled = one(".nn-do-last").disabled = at === steps.length;
      one(".nn-reveal").disabled = !root.classList.contains("nn-ask");
      if (by_hand) say(item);
      follow(item);
    }

    function panel(item) {
      var phase = item && item.closest("[data-phase]");
      var single = grain.options[0].value === "0";
      var where = at + " of " + steps.length + " done";
      // single steps are numbered as in a Stepper, from 0
      if (item && single) where = "Step " + (at - 1) + " \u00b7 " + where;
      if (item) where += " \u00b7 " + item.closest(".nn-sample").querySelector("h3").textContent + " \u00b7 " + phase.getAttribute("data-phase");
      one(".nn-where").textContent = where;
      one(".nn-what").textContent = item ? title(item) + (field(item, 2) ? "" : " (not in the picture)") : "Before the first step";
      var box = one(".nn-lines");
      box.textContent = "";
      if (item) lines(item).forEach(function (line) { box.append(equation(line)); });
      one(".nn-meaning").textContent = !item ? "Press the forward button, or the right arrow key." : rule(item).textContent;
      one(".nn-next").textContent = steps[at] ? "Next: " + title(steps[at]) : "The end.";
    }

    // One line of the transcript, with every "=" on a line of its own; a heading has its name.
    function equation(line) {
      var code = document.createElement("code");
      var result = line.querySelector("b");
      var words = line.textContent.trim().split(" = ");
      var full = line.hasAttribute("data-r") ? model(line).textContent.split(" = ") : words;
      if (full.length > words.length) words.splice(1, 0, full[1]);
      words.forEach(function (word, place, all) {
        var last = result && place === all.length - 1;
        var part = document.createElement(last ? "b" : place ? "span" : "em");
        part.textContent = (place ? "= " : "") + word;
        if (place || line.tagName === "CODE") code.append(part);
      });
      return code;
    }

    function say(item) {
      var asking = root.classList.contains("nn-ask");
      one(".nn-say").textContent = !item ? "Before the first step" :
        asking ? title(item) + ": what will it be?" : lines(item)[0].textContent.trim();
    }

    function follow(item) {
      var box = one(".nn-picture");
      var group = item && part(numbers(item, 2)[0]);
      if (!group) return;
      var here = group.getBoundingClientRect();
      var frame = box.getBoundingClientRect();
      if (here.left < frame.left || here.right > frame.right) box.scrollLeft += here.left - frame.left - box.clientWidth / 3;
      if (here.top < frame.top || here.bottom > frame.bottom) box.scrollTop += here.top - frame.top - box.clientHeight / 3;
    }

    function reveal() {
      root.classList.remove("nn-ask");
      show(true);
    }

    function stop() {
      clearInterval(timer);
      timer = null;
      play.textContent = "Play";
    }

    function toggle() {
      if (timer) return stop();
      root.classList.remove("nn-ask");
      if (at === steps.length) go(0, false);
      play.textContent = "Pause";
      timer = setInterval(function () {
        go(next(1, +grain.value), false);
        if (at === steps.length) stop();
      }, +one(".nn-speed").value);
    }

    function step(direction, coarse) {
      stop();
      go(next(direction, coarse), true);
    }

    function key(event) {
      var tag = event.target.tagName;
      if (event.altKey || event.ctrlKey || event.metaKey || tag === "SELECT" || event.target === slider) return;
      var box = event.target.closest(".nn-picture");
      var move = KEYS[event.key];
      if (box && box.scrollWidth > box.clientWidth && move && !move[1]) return;
      if (move) step(move[0], move[1] || (event.shiftKey ? 1 : 0));
      else if (event.key === "Home") { stop(); go(0, true); }
      else if (event.key === "End") { stop(); go(steps.length, true); }
      else if (event.key === " " && !/BUTTON|SUMMARY|INPUT/.test(tag)) toggle();
      else if (event.key === "Enter" && root.classList.contains("nn-ask") && !/BUTTON|SUMMARY/.test(tag)) reveal();
      else if (event.key === "e") one(".nn-transcript").open = !one(".nn-transcript").open;
      else if (event.key === "p") { ask.checked = !ask.checked; }
      else return;
      event.preventDefault();
    }

    var press = {
      "nn-do-first": function () { stop(); go(0, true); },
      "nn-do-back": function () { step(-1, +grain.value); },
      "nn-do-play": toggle,
      "nn-do-forward": function () { step(1, +grain.value); },
      "nn-do-last": function () { stop(); go(steps.length, true); },
      "nn-reveal": reveal
    };
    Object.keys(press).forEach(function (name) { one("." + name).addEventListener("click", press[name]); });
    slider.max = steps.length;
    slider.addEventListener("input", function () { stop(); go(+slider.value, true); });
    one(".nn-speed").addEventListener("change", function () { if (timer) { stop(); toggle(); } });
    root.addEventListener("keydown", key);
    window.addEventListener("beforeprint", function () { one(".nn-transcript").open = true; });
    one(".nn-controls").hidden = one(".nn-panel").hidden = one(".nn-keys").hidden = false;
    one(".nn-transcript").open = false;
    slider.value = 0;
    show(false);
  }

  document.querySelectorAll(".nn-player:not([data-ready])").forEach(start);
})();
