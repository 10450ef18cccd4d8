(() => {
  const tip = document.createElement("div");
  tip.className = "hint";
  tip.hidden = true;
  document.body.append(tip);
  const words = new WeakMap();
  const told = (node) => {
    for (let each = node; each && each.nodeName !== "svg" && each.nodeName !== "BODY"; each = each.parentNode) {
      if (words.has(each)) return words.get(each);
      const title = [...(each.children || [])].find((child) => child.nodeName === "title");
      if (title) {
        words.set(each, title.textContent);
        title.remove();
        return words.get(each);
      }
    }
    return "";
  };
  const show = (text, x, y) => {
    tip.hidden = !text;
    if (!text) return;
    tip.textContent = text;
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = Math.max(8, Math.min(x - width / 2, innerWidth - width - 8)) + "px";
    tip.style.top = (y - height - 14 < 8 ? y + 18 : y - height - 14) + "px";
  };
  addEventListener("pointermove", (event) => show(told(event.target), event.clientX, event.clientY));
  addEventListener("focusin", (event) => {
    const box = event.target.getBoundingClientRect();
    show(told(event.target), box.left + box.width / 2, box.top);
  });
  for (const end of ["scroll", "focusout", "pointerleave"]) addEventListener(end, () => show(""), { passive: true });
  addEventListener("keydown", (event) => event.key === "Escape" && show(""));

  const reach = () => {
    for (const each of document.querySelectorAll("figure")) {
      if (each.scrollWidth > each.clientWidth) each.tabIndex = 0;
      else each.removeAttribute("tabindex");
    }
  };
  reach();
  addEventListener("resize", reach);

  const memory = (act) => { try { return act(localStorage); } catch { return null; } };
  for (const modes of document.querySelectorAll("fieldset.modes")) {
    const key = "terreng " + modes.id;
    const choice = document.getElementById(memory((kept) => kept.getItem(key)) || "");
    if (choice && modes.contains(choice) && choice.type === "radio") choice.checked = true;
    modes.addEventListener("change", (event) => memory((kept) => kept.setItem(key, event.target.id)));
  }
})();
