// What pages need besides htmx. Every page works without it.
"use strict";

// The language switch keeps the page as it is now, also after htmx has changed the address.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-language]");
  if (!link) return;
  const address = new URL(window.location.href);
  address.searchParams.set("lang", new URL(link.href).searchParams.get("lang"));
  link.href = address.href;
});

// At most as many boxes of a form as it allows are ticked; the button says how many are.
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form || !form.dataset.most || event.target.type !== "checkbox") return;
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const ticked = boxes.filter((box) => box.checked).length;
  for (const box of boxes) box.disabled = !box.checked && ticked >= Number(form.dataset.most);
  form.classList.toggle("has-ticked", ticked > 0);
  const count = form.querySelector("[data-count]");
  if (count) count.textContent = String(ticked);
});
