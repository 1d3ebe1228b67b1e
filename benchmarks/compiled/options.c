/* European calls by Black and Scholes: prices and their derivatives with respect to the five inputs. */

#include <math.h>

void prices(long count, const double *restrict spot, const double *restrict strike, const double *restrict rate,
            const double *restrict volatility, const double *restrict time, double *restrict price, double *restrict delta,
            double *restrict dual_delta, double *restrict rho, double *restrict vega, double *restrict theta) {
    for (long i = 0; i < count; i++) {
        double root = sqrt(time[i]), spread = volatility[i] * root;
        double d1 = (log(spot[i] / strike[i]) + (rate[i] + 0.5 * volatility[i] * volatility[i]) * time[i]) / spread;
        double discount = exp(-rate[i] * time[i]);
        double density = spot[i] * exp(-0.5 * d1 * d1) * 0.3989422804014327;
        delta[i] = 0.5 * erfc(d1 * -0.7071067811865476);
        dual_delta[i] = -discount * 0.5 * erfc((d1 - spread) * -0.7071067811865476);
        double owed = -strike[i] * dual_delta[i];
        price[i] = spot[i] * delta[i] - owed;
        rho[i] = time[i] * owed;
        vega[i] = density * root;
        theta[i] = 0.5 * volatility[i] * density / root + rate[i] * owed;
    }
}
