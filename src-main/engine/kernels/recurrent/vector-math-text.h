// Vectors of LANES floats and functions of them, for functions marked TARGET. Included once for each kind of processor.

#define INLINE static inline __attribute__((always_inline)) TARGET

typedef float Vector __attribute__((vector_size(LANES * 4)));
typedef int32_t Integers __attribute__((vector_size(LANES * 4)));
typedef float Anywhere __attribute__((vector_size(LANES * 4), aligned(4), may_alias));

INLINE Vector spread(float x) { return x - Vector{}; }

INLINE Vector load(const float* from) { return *reinterpret_cast<const Anywhere*>(from); }

INLINE void store(float* to, Vector x) { *reinterpret_cast<Anywhere*>(to) = x; }

/** The first `count` lanes, the others 0. */
INLINE Vector load(const float* from, int64_t count) {
  if (count == LANES) return load(from);
  Vector x{};
  for (int64_t lane = 0; lane < count; lane++) x[lane] = from[lane];
  return x;
}

INLINE void store(float* to, Vector x, int64_t count) {
  if (count == LANES) return store(to, x);
  for (int64_t lane = 0; lane < count; lane++) to[lane] = x[lane];
}

// Comparisons are written so that what is no number stays so: a child that diverges must be seen to.

INLINE Vector between(Vector low, Vector x, Vector high) {
  x = x < low ? low : x;
  return x > high ? high : x;
}

/** The nearest whole number, also as an integer; for |x| < 2^22. */
INLINE Vector nearest(Vector x, Integers& whole) {
  const Vector magic = spread(12582912.0f);  // 1.5 * 2^23: what is added to it loses its fraction
  const Vector moved = x + magic;
  whole = (Integers)moved - (Integers)magic;
  return moved - magic;
}

/** e^x to the last places, for |x| < 87; the bounds beyond. After Cephes. */
INLINE Vector exponential(Vector x) {
  x = between(spread(-87.3f), x, spread(88.0f));
  Integers power;
  const Vector n = nearest(x * 1.44269504f, power);
  const Vector r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  Vector p = spread(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  return (p * r * r + r + 1.0f) * (Vector)((power + 127) << 23);
}

INLINE Vector sigmoid(Vector x) { return 1.0f / (1.0f + exponential(-x)); }

/** The quotient of polynomials that Eigen, and so TensorFlow, takes: right to the last places. */
INLINE Vector hyperbolicTangent(Vector x) {
  x = between(spread(-7.90531110763549805f), x, spread(7.90531110763549805f));
  const Vector s = x * x;
  Vector p = spread(-2.76076847742355e-16f);
  p = p * s + 2.00018790482477e-13f;
  p = p * s + -8.60467152213735e-11f;
  p = p * s + 5.12229709037114e-08f;
  p = p * s + 1.48572235717979e-05f;
  p = p * s + 6.37261928875436e-04f;
  p = p * s + 4.89352455891786e-03f;
  Vector q = spread(1.19825839466702e-06f);
  q = q * s + 1.18534705686654e-04f;
  q = q * s + 2.26843463243900e-03f;
  q = q * s + 4.89352518554385e-03f;
  return x * p / q;
}

/** For moderate x: pi is taken off in three pieces. */
INLINE Vector sine(Vector x) {
  Integers turns;
  const Vector n = nearest(x * 0.318309886f, turns);
  const Vector r = ((x - n * 3.140625f) - n * 9.67502593994140625e-4f) - n * 1.509957990978376432e-7f;
  const Vector s = r * r;
  Vector p = spread(-2.50521084e-8f);
  p = p * s + 2.75573192e-6f;
  p = p * s + -1.98412698e-4f;
  p = p * s + 8.33333333e-3f;
  p = p * s + -1.66666667e-1f;
  const Vector y = p * s * r + r;
  return (Vector)((Integers)y ^ (turns << 31));
}

INLINE Vector cosine(Vector x) { return sine(x + 1.57079633f); }
