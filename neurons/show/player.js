// Plays the transcript of a lesson: every number shown here is text that Python wrote into it.
(function () {
  "use strict";
  var GRAINS = ["synapse", "neuron", "layer", "phase", "sample", "epoch"];
  var KEYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [1, 3], ArrowUp: [-1, 3] };

  function start(root) {
    root.setAttribute("data-ready", "");
    var one = function (selector) { return root.querySelector(selector); };
    var steps = Array.from(root.querySelectorAll(".nn-steps li"));
    var words = function (item, key) { return (item && item.getAttribute(key) || "").split(" ").filter(Boolean); };
    var undo = [];
    var at = 0;
    var timer = null;
    var slider = one(".nn-slider");
    var grain = one(".nn-grain");
    var ask = one(".nn-predict");
    var play = one(".nn-play");

    function part(number) { return one('[data-m="' + number + '"]'); }
    function line(number) { return one('[data-w="' + number + '"]'); }

    // Writes one value into the picture and returns how to take it back.
    function write(number, key, text) {
      if (key === "width") return mark(line(number), "stroke-width", text);
      var home = part(number);
      var target = home && home.querySelector('[data-value="' + key + '"]');
      if (!target) return null;
      var before = target.textContent;
      target.textContent = text;
      target.classList.add("nn-fresh");
      var back = key === "weight" ? mark(line(number), "class", text[0] === "-" ? "nn-minus" : "nn-plus") : null;
      return function () { target.textContent = before; if (back) back(); };
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
      (steps[at].getAttribute("data-s") || "").split(";").forEach(function (change) {
        var field = change.split(" ");
        if (field.length === 3) backs.unshift(write(field[0], field[1], field[2]));
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

    function light(item, key, name) {
      words(item, key).forEach(function (number) {
        var group = part(number);
        var wire = line(number);
        if (group) group.classList.add(name);
        if (wire && name !== "nn-soon") wire.children[1].classList.add("nn-lit");
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
      while (place > 0 && place < steps.length && +steps[place].getAttribute("data-b") < coarse) place += direction;
      return place;
    }

    function show(by_hand) {
      var item = steps[at - 1];
      ["nn-now", "nn-used", "nn-soon", "nn-lit"].forEach(clear);
      if (at === 0) clear("nn-fresh");
      light(item, "data-u", "nn-used");
      light(item, "data-n", "nn-now");
      light(steps[at], "data-n", "nn-soon");
      root.querySelectorAll("[aria-current]").forEach(function (old) { old.removeAttribute("aria-current"); });
      if (item) item.setAttribute("aria-current", "step");
      panel(item);
      slider.value = at;
      slider.setAttribute("aria-valuetext", at + " of " + steps.length);
      one(".nn-first").disabled = one(".nn-back").disabled = at === 0;
      one(".nn-forward").disabled = one(".nn-last").disabled = at === steps.length;
      one(".nn-reveal").disabled = !root.classList.contains("nn-ask");
      if (by_hand) say(item);
      follow(item);
    }

    function panel(item) {
      var phase = item && item.closest("[data-phase]");
      var sample = item && item.closest(".nn-sample");
      root.setAttribute("data-phase", item && item.getAttribute("data-p") || phase && phase.getAttribute("data-phase") || "");
      one(".nn-where").textContent = "Step " + at + " of " + steps.length +
        (item ? " \u00b7 " + sample.querySelector("h3").textContent + " \u00b7 " + phase.querySelector("h4").textContent : "");
      one(".nn-what").textContent = item ? item.getAttribute("data-t") : "Before the first step";
      var lines = one(".nn-lines");
      lines.textContent = "";
      if (item) item.querySelectorAll("code").forEach(function (code) { lines.append(code.cloneNode(true)); });
      var rule = item && one('[data-rule="' + item.getAttribute("data-k") + '"]');
      one(".nn-meaning").textContent = rule ? rule.textContent : "Press the forward button, or the right arrow key.";
      one(".nn-next").textContent = steps[at] ? "Next: " + steps[at].getAttribute("data-t") : "The end.";
    }

    function say(item) {
      var code = item && item.querySelector("code");
      var result = root.classList.contains("nn-ask") ? ": what will it be?" : "";
      one(".nn-say").textContent = !item ? "Before the first step" :
        result ? item.getAttribute("data-t") + result : code.textContent;
    }

    function follow(item) {
      var box = one(".nn-picture");
      var group = item && part(words(item, "data-n")[0]);
      if (!group || box.scrollWidth <= box.clientWidth) return;
      var left = group.getBoundingClientRect().left - box.getBoundingClientRect().left;
      box.scrollLeft += left - box.clientWidth / 3;
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
      "nn-first": function () { stop(); go(0, true); },
      "nn-back": function () { step(-1, +grain.value); },
      "nn-play": toggle,
      "nn-forward": function () { step(1, +grain.value); },
      "nn-last": function () { stop(); go(steps.length, true); },
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
