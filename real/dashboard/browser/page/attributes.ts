/** Components hand on what they do not know themselves; PrimeVue's types do not say so. */
declare module 'vue' {
  interface ComponentCustomProps {
    readonly 'aria-label'?: string
    readonly 'aria-labelledby'?: string
    readonly title?: string
  }
}

export {}
