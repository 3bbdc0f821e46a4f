export default {
  defaultTheme: 'auto',

  // What has no language is what a program prints, and is not to be guessed at.
  configureHljs: hljs => hljs.configure({ languages: [] }),
}
