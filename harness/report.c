/*
 * report.c - statistics written out: as text for people, as JSON, and as XML
 * for who reads what glibc's malloc_info writes.
 * Nothing is allocated.  Part of lemmalloc.c.
 * Proven: nothing.  Trusted: every line.
 * Sources: the XML that glibc 2.36 writes.
 */

/* ---- Text ---- */

/* "a 1 b", for sentences. */
static void say(struct line *l, const char *before, size_t v, const char *after)
{
  add(l, before);
  add_number(l, v, 10);
  add(l, after);
}

static void report_classes(struct line *l, const struct stats *st)
{
  unsigned c;
  add(l, "    size     spans      slots       live          bytes\n");
  for (c = 1; c < TABLES; c++) {
    const struct class_stats *k = &st->class[c];
    if (k->spans != 0) {
      add_column(l, class_size(c), 10, 8);
      add_column(l, k->spans, 10, 10);
      add_column(l, k->slots, 10, 11);
      add_column(l, k->live, 10, 11);
      add_column(l, k->live * class_size(c), 10, 15);
      add(l, c == CLASS_TINY ? "  tiny\n" : "\n");
    }
  }
}

static void report_text(struct line *l, const struct stats *st)
{
  say(l, "lemmalloc: process ", (uintptr_t)getpid(), "");
  say(l, ": ", live_bytes(st) + st->mapped_bytes, " bytes live\n");
  say(l, "  heaps: ", st->heaps, "");
  say(l, ", ", st->owned, " owned by threads");
  say(l, ", ", st->reserved, " bytes of address space\n");
  say(l, "  slots: ", live_slots(st), " live");
  say(l, ", ", slot_bytes(st), " bytes\n");
  say(l, "  large objects: ", st->large, "");
  say(l, ", ", st->large_pages * PAGE_SIZE, " bytes\n");
  say(l, "  mappings: ", st->mapped, "");
  say(l, ", ", st->mapped_bytes, " bytes\n");
  say(l, "  pages of 8192 bytes: ", span_pages(st), " in spans");
  say(l, ", ", st->large_pages, " in large objects");
  say(l, ", ", st->free_pages, " free");
  say(l, ", ", st->released, " of these without memory\n");
  say(l, "  refills: ", st->refills, "");
  say(l, ", frees by other threads: ", st->collected, "\n");
  report_classes(l, st);
  line_end(l);
}

/* ---- JSON ---- */

/* "name": v, and what follows. */
static void member(struct line *l, const char *name, size_t v, const char *after)
{
  add(l, "\"");
  add(l, name);
  say(l, "\": ", v, after);
}

static void json_classes(struct line *l, const struct stats *st)
{
  const char *between = "";
  unsigned c;
  add(l, "\"classes\": [");
  for (c = 1; c < TABLES; c++) {
    const struct class_stats *k = &st->class[c];
    if (k->spans != 0) {
      add(l, between);
      add(l, "\n  {");
      member(l, "size", class_size(c), ", ");
      member(l, "spans", k->spans, ", ");
      member(l, "slots", k->slots, ", ");
      member(l, "live", k->live, ", ");
      member(l, "bytes", k->live * class_size(c),
             c == CLASS_TINY ? ", \"tiny\": true}" : "}");
      between = ",";
    }
  }
  add(l, "]");
}

static void report_json(struct line *l, const struct stats *st)
{
  add(l, "{\"version\": \"lemmalloc-1\",\n");
  member(l, "process", (uintptr_t)getpid(), ",\n");
  member(l, "live_bytes", live_bytes(st) + st->mapped_bytes, ",\n");
  add(l, "\"heaps\": {");
  member(l, "count", st->heaps, ", ");
  member(l, "owned", st->owned, ", ");
  member(l, "reserved_bytes", st->reserved, "},\n");
  add(l, "\"slots\": {");
  member(l, "live", live_slots(st), ", ");
  member(l, "free", free_slots(st), ", ");
  member(l, "live_bytes", slot_bytes(st), "},\n");
  add(l, "\"large\": {");
  member(l, "count", st->large, ", ");
  member(l, "bytes", st->large_pages * PAGE_SIZE, "},\n");
  add(l, "\"mappings\": {");
  member(l, "count", st->mapped, ", ");
  member(l, "bytes", st->mapped_bytes, "},\n");
  add(l, "\"pages\": {");
  member(l, "size", PAGE_SIZE, ", ");
  member(l, "spans", span_pages(st), ", ");
  member(l, "large", st->large_pages, ", ");
  member(l, "free", st->free_pages, ", ");
  member(l, "released", st->released, "},\n");
  member(l, "refills", st->refills, ",\n");
  member(l, "remote_frees", st->collected, ",\n");
  json_classes(l, st);
  add(l, "}\n");
  line_end(l);
}

/* ---- XML, as glibc's ---- */

/* The attribute name="v", and what follows. */
static void attribute(struct line *l, const char *name, size_t v, const char *after)
{
  add(l, " ");
  add(l, name);
  say(l, "=\"", v, "\"");
  add(l, after);
}

/* An empty element with the attributes count and size. */
static void xml_total(struct line *l, const char *start, size_t count, size_t size)
{
  add(l, start);
  attribute(l, "count", count, "");
  attribute(l, "size", size, "/>\n");
}

/* Free slots by size, and what glibc's does not have: spans, live slots. */
static void xml_sizes(struct line *l, const struct stats *st)
{
  unsigned c;
  add(l, "<sizes>\n");
  for (c = 1; c < CLASSES; c++) {
    const struct class_stats *k = &st->class[c];
    if (k->slots != k->live) {
      add(l, "<size");
      attribute(l, "from", class_size(c - 1u) + 1, "");
      attribute(l, "to", class_size(c), "");
      attribute(l, "total", (k->slots - k->live) * class_size(c), "");
      attribute(l, "count", k->slots - k->live, "/>\n");
    }
  }
  add(l, "</sizes>\n<spans>\n");
  for (c = 1; c < TABLES; c++) {
    const struct class_stats *k = &st->class[c];
    if (k->spans != 0) {
      add(l, "<span");
      attribute(l, "size", class_size(c), "");
      attribute(l, "count", k->spans, "");
      attribute(l, "slots", k->slots, "");
      attribute(l, "live", k->live, c == CLASS_TINY ? " tiny=\"1\"/>\n" : "/>\n");
    }
  }
  add(l, "</spans>\n");
}

static void xml_totals(struct line *l, const struct stats *st, int all)
{
  size_t now = heap_bytes(st), ever = now + st->released * PAGE_SIZE;
  xml_total(l, "<total type=\"fast\"", 0, 0);
  xml_total(l, "<total type=\"rest\"", free_slots(st) + st->runs, now - live_bytes(st));
  xml_total(l, "<total type=\"large\"", st->large, st->large_pages * PAGE_SIZE);
  if (all) {
    xml_total(l, "<total type=\"mmap\"", st->mapped, st->mapped_bytes);
  }
  add(l, "<system type=\"current\"");
  attribute(l, "size", now, "/>\n<system type=\"max\"");
  attribute(l, "size", ever, "/>\n<aspace type=\"total\"");
  attribute(l, "size", st->reserved, "/>\n<aspace type=\"mprotect\"");
  attribute(l, "size", st->reserved, "/>\n");
}

static void out_file(void *to, const char *text, size_t n)
{
  fwrite(text, 1, n, to);
}
