package dev.melange.search;

import com.fasterxml.jackson.databind.*;
import dev.melange.feed.*;
import dev.melange.papers.*;
import java.util.*;
import java.util.stream.*;
import org.apache.lucene.search.*;

class Scratch {
  static float[] mean(float[] a, float[] b) {
    float[] c = new float[a.length]; double n = 0;
    for (int i = 0; i < c.length; i++) { c[i] = a[i] + b[i]; n += c[i] * c[i]; }
    for (int i = 0; i < c.length; i++) c[i] /= Math.sqrt(n);
    return c;
  }
  static double dot(float[] a, float[] b) { double s = 0; for (int i = 0; i < a.length; i++) s += a[i] * b[i]; return s; }
  static List<Long> order(double[] s) { return IntStream.range(0, s.length).boxed().sorted(Comparator.comparingDouble(i -> -s[i])).map(i -> i + 1L).toList(); }
  public static void main(String[] a) throws Exception {
    List<PaperRecord> records = PageText.parse(java.nio.file.Files.readAllBytes(java.nio.file.Path.of("/work/shared/papers/page/daily-papers.txt"))).records();
    Map<String, Card> cards = new HashMap<>();
    Cards.all().forEach(c -> cards.put(Titles.key(c.title()), c));
    String[] keys = new String[41];
    JsonNode judged = new ObjectMapper().readTree(Scratch.class.getResource("judged-queries.json")).get("queries");
    String mode = a[0];
    try (MiniLmEncoder enc = MiniLmEncoder.load(256); MiniLmEncoder enc512 = MiniLmEncoder.load(512); PaperIndex index = PaperIndex.memory()) {
      List<String> texts = new ArrayList<>(), raws = new ArrayList<>(), tails = new ArrayList<>(), cardTexts = new ArrayList<>();
      for (int i = 0; i < 41; i++) {
        PaperRecord r = records.get(i); Card c = cards.get(Titles.key(r.title())); keys[i] = c.key();
        String text = PaperDocument.passage(TexText.plain(r.title()), TexText.plain(r.abstractText()));
        texts.add(text); raws.add(r.title() + ". " + r.abstractText());
        String[] w = text.split(" "); tails.add(TexText.plain(r.title()) + ". " + String.join(" ", Arrays.copyOfRange(w, w.length / 2, w.length)));
        cardTexts.add(c.title() + ". " + c.summary() + " " + c.claims().stream().map(Claim::text).collect(Collectors.joining(" ")));
      }
      List<float[]> v = enc.encode(texts), raw = enc.encode(raws), v512 = enc512.encode(texts), tail = enc.encode(tails), cv = enc.encode(cardTexts);
      for (int i = 0; i < 41; i++) {
        PaperRecord r = records.get(i);
        index.put(new PaperDocument(i + 1, "p" + i, TexText.plain(r.title()), TexText.plain(r.abstractText()), List.of(), r.organisation() == null ? null : r.organisation().name(), kw(mode, keys[i], cardTexts.get(i)), List.of(), r.published(), List.of(), v.get(i)), 1);
      }
      index.commit();
      Map<String, double[]> sums = new TreeMap<>();
      List<String> queries = new ArrayList<>(List.of("MLP feature mixing", "MLPs and feature mixing"));
      judged.forEach(q -> queries.add(q.get("query").asText()));
      for (String q : queries) {
        float[] qv = enc.encode(List.of(q)).get(0);
        index.search(s -> {
          LexicalQuery lq = new LexicalQuery(QueryParser.parse(q), new MatchAllDocsQuery(), s.getIndexReader());
          Ranker ranker = new Ranker(s);
          Map<String, List<Long>> rankings = new TreeMap<>();
          List<Ranker.Ranked> lexr = ranker.byWords(lq.ranking(), 200);
          List<Long> lex = lexr.stream().map(Ranker.Ranked::id).toList();
          double[] cos = new double[41], cosRaw = new double[41], cos512 = new double[41], cosMax = new double[41], cosMean = new double[41], cosCard = new double[41], bm = new double[41];
          for (Ranker.Ranked r : lexr) bm[(int) r.id() - 1] = r.score();
          for (int i = 0; i < 41; i++) { cos[i] = dot(qv, v.get(i)); cosRaw[i] = dot(qv, raw.get(i)); cos512[i] = dot(qv, v512.get(i)); cosMax[i] = Math.max(cos[i], dot(qv, tail.get(i))); cosMean[i] = dot(qv, mean(v.get(i), tail.get(i))); cosCard[i] = dot(qv, mean(v.get(i), cv.get(i))); }
          rankings.put("lex", lex); rankings.put("sem", order(cos)); rankings.put("sem512", order(cos512));
          rankings.put("rrf", rrf(lex, order(cos)));
          rankings.put("rrf raw", rrf(lex, order(cosRaw)));
          rankings.put("rrf 512", rrf(lex, order(cos512)));
          rankings.put("rrf max", rrf(lex, order(cosMax)));
          rankings.put("rrf mean", rrf(lex, order(cosMean)));
          rankings.put("rrf card", rrf(lex, order(cosCard)));
          // score fusion: z-scores / minmax
          double mb = Arrays.stream(bm).max().orElse(1), mc = Arrays.stream(cos).max().orElse(1), lc = Arrays.stream(cos).min().orElse(0);
          double[] cc = new double[41]; for (int i = 0; i < 41; i++) cc[i] = (mb == 0 ? 0 : bm[i] / mb) + (cos[i] - lc) / (mc - lc);
          rankings.put("minmax", order(cc));
          // feedback: rocchio on vectors: top 3 / 5 of rrf
          for (int k : new int[] {3, 5}) {
            float[] f = qv.clone();
            List<Long> base = rrf(lex, order(cos));
            float[] m = new float[384];
            for (int j = 0; j < k; j++) for (int d = 0; d < 384; d++) m[d] += v.get((int) (base.get(j) - 1))[d] / k;
            for (double beta : new double[] {.5, 1}) {
              float[] g = new float[384]; for (int d = 0; d < 384; d++) g[d] = f[d] + (float) beta * m[d];
              double[] fb = new double[41]; for (int i = 0; i < 41; i++) fb[i] = dot(g, v.get(i));
              rankings.put("rrf fb" + k + " " + beta, rrf(lex, order(fb)));
              rankings.put("rrf3 fb" + k + " " + beta, rrf(lex, order(cos), order(fb)));
            }
          }
          if (q.equals("MLP feature mixing") || q.startsWith("MLPs and")) { System.out.println(q); rankings.forEach((n, r) -> report(n, r)); }
          else for (JsonNode j : judged) if (j.get("query").asText().equals(q)) rankings.forEach((n, r) -> {
              int[] all = new int[41]; for (int i = 0; i < 41; i++) all[i] = j.get("judgements").path(keys[i]).asInt(0);
              int[] g = r.stream().mapToInt(id -> all[(int) (id - 1)]).toArray();
              double x = RankQuality.ndcg(g, all, 10);
              double[] t = sums.computeIfAbsent(n, z -> new double[2]); t[0] += x; t[1]++;
              if (n.equals("rrf")) System.out.printf("%.3f %s%n", x, q);
            });
          return null;
        });
      }
      sums.forEach((n, t) -> System.out.printf("%-14s ndcg@10 %.4f over %.0f%n", n, t[0] / t[1], t[1]));
    }
  }
  static List<String> kw(String mode, String key, String card) {
    List<String> l = new ArrayList<>();
    if (mode.contains("k")) l.add(key);
    if (mode.contains("m")) Catalogue.find(key).ifPresent(m -> m.models().forEach(x -> l.add(x.name().replace('_', ' '))));
    if (mode.contains("o")) Catalogue.find(key).ifPresent(m -> m.components().forEach(x -> l.add(x.name().replace('_', ' ').replace('.', ' ').replace('/', ' '))));
    if (mode.contains("t")) Catalogue.find(key).ifPresent(m -> m.models().forEach(x -> l.add(x.task())));
    if (mode.contains("c")) l.add(card);
    return l;
  }
  @SafeVarargs static List<Long> rrf(List<Long>... l) { return Fusion.reciprocalRanks(List.of(l)).stream().map(Fusion.Scored::id).toList(); }

  static void report(String name, List<Long> ids) {
    double[] x = new double[41], y = new double[41];
    int[] gains = new int[ids.size()], all = new int[41];
    Arrays.fill(y, ids.size() + (41 - ids.size() + 1) / 2.0);
    for (int i = 0; i < 41; i++) { x[i] = i + 1; all[i] = gain(i + 1); }
    for (int i = 0; i < ids.size(); i++) { y[(int) (ids.get(i) - 1)] = i + 1; gains[i] = gain(ids.get(i)); }
    System.out.printf("%-14s spearman %.3f kendall %.3f ndcg %.3f%n", name, RankQuality.spearman(x, y), RankQuality.kendall(x, y), RankQuality.ndcg(gains, all, 10));
  }

  static int gain(long p) { return p <= 5 ? 3 : p <= 10 ? 2 : p <= 20 ? 1 : 0; }
}
