// Vectors of LANES floats and elementary functions, for functions marked TARGET. Included once per instruction set.

#define INLINE static inline __attribute__((always_inline)) TARGET

typedef float Vector __attribute__((vector_size(LANES * 4)));
typedef int32_t IntVector __attribute__((vector_size(LANES * 4)));
typedef float UnalignedVector __attribute__((vector_size(LANES * 4), aligned(4), may_alias));

INLINE Vector broadcast(float x) { return x - Vector{}; }

INLINE Vector load(const float* in) { return *reinterpret_cast<const UnalignedVector*>(in); }

INLINE void store(float* out, Vector x) { *reinterpret_cast<UnalignedVector*>(out) = x; }

/** Loads `count` lanes and zeros the rest. */
INLINE Vector load(const float* in, int64_t count) {
  if (count == LANES) return load(in);
  Vector x{};
  for (int64_t lane = 0; lane < count; lane++) x[lane] = in[lane];
  return x;
}

INLINE void store(float* out, Vector x, int64_t count) {
  if (count == LANES) return store(out, x);
  for (int64_t lane = 0; lane < count; lane++) out[lane] = x[lane];
}

// Comparisons are written so that NaN propagates: a diverging network must not go unnoticed.

INLINE Vector clamp(Vector low, Vector x, Vector high) {
  x = x < low ? low : x;
  return x > high ? high : x;
}

/** Rounds to nearest, also as an integer; for |x| < 2^22. */
INLINE Vector roundToInt(Vector x, IntVector& integer) {
  const Vector magic = broadcast(12582912.0f);  // 1.5 · 2^23: adding it drops the fraction
  const Vector shifted = x + magic;
  integer = (IntVector)shifted - (IntVector)magic;
  return shifted - magic;
}

/** e^x within a few ulp, saturating at |x| ≈ 87. Cephes. */
INLINE Vector vexp(Vector x) {
  x = clamp(broadcast(-87.3f), x, broadcast(88.0f));
  IntVector power;
  const Vector n = roundToInt(x * 1.44269504f, power);
  const Vector r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  Vector p = broadcast(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  return (p * r * r + r + 1.0f) * (Vector)((power + 127) << 23);
}

INLINE Vector vsigmoid(Vector x) { return 1.0f / (1.0f + vexp(-x)); }

/** Eigen's (so TensorFlow's) rational approximation, within a few ulp. */
INLINE Vector vtanh(Vector x) {
  x = clamp(broadcast(-7.90531110763549805f), x, broadcast(7.90531110763549805f));
  const Vector s = x * x;
  Vector p = broadcast(-2.76076847742355e-16f);
  p = p * s + 2.00018790482477e-13f;
  p = p * s + -8.60467152213735e-11f;
  p = p * s + 5.12229709037114e-08f;
  p = p * s + 1.48572235717979e-05f;
  p = p * s + 6.37261928875436e-04f;
  p = p * s + 4.89352455891786e-03f;
  Vector q = broadcast(1.19825839466702e-06f);
  q = q * s + 1.18534705686654e-04f;
  q = q * s + 2.26843463243900e-03f;
  q = q * s + 4.89352518554385e-03f;
  return x * p / q;
}

/** For moderate |x|: Cody-Waite range reduction by π in three parts. */
INLINE Vector vsin(Vector x) {
  IntVector turns;
  const Vector n = roundToInt(x * 0.318309886f, turns);
  const Vector r = ((x - n * 3.140625f) - n * 9.67502593994140625e-4f) - n * 1.509957990978376432e-7f;
  const Vector s = r * r;
  Vector p = broadcast(-2.50521084e-8f);
  p = p * s + 2.75573192e-6f;
  p = p * s + -1.98412698e-4f;
  p = p * s + 8.33333333e-3f;
  p = p * s + -1.66666667e-1f;
  const Vector y = p * s * r + r;
  return (Vector)((IntVector)y ^ (turns << 31));
}

INLINE Vector vcos(Vector x) { return vsin(x + 1.57079633f); }
