/** The number of this build, made from its sources. */
declare const __BUILD__: string;
