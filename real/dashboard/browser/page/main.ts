/** Starts the page. Its colours are the reports' own, put in before anything is drawn. */
import { createPinia } from 'pinia'
import PrimeVue from 'primevue/config'
import 'uplot/dist/uPlot.min.css'
import { createApp } from 'vue'
import { colourCss } from '../../../../scenarios/shown/palette.ts'
import App from './app.vue'
import { router } from './routes.ts'
import './style.css'
import { preset } from './theme.ts'

const colours = document.createElement('style')
colours.textContent = colourCss()
document.head.prepend(colours)

createApp(App)
  .use(createPinia())
  .use(router)
  .use(PrimeVue, { theme: { preset, options: { darkModeSelector: '[data-theme=dark]' } } })
  .mount('#page')
