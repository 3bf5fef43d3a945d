// CommonJS in both builds of the library, so that it can resolve a package that may not be there.

/** What is used of the package's class. */
export interface ArimaModel {
  train(values: readonly number[]): ArimaModel;
  predict(steps: number): [values: number[], variances: number[]];
  destroy(): void;
}

/** The class of the optional peer dependency arima. @throws with the command that installs it. */
export function arimaPackage(): new (options: object) => ArimaModel {
  try {
    return require(require.resolve('arima', { paths: [__dirname, process.cwd()] })) as new (
      options: object,
    ) => ArimaModel;
  } catch (error) {
    throw new Error(
      'arima: forecasting.arima needs the package arima, which is not installed. Install it with: npm install arima',
      { cause: error },
    );
  }
}
