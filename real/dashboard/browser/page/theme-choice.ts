/** Light or dark: as the machine prefers until somebody says otherwise, and then as that was said. */
import { ref, watchEffect } from 'vue'

export type ThemeChoice = 'system' | 'light' | 'dark'

const KEY = 'quorumlab-theme'
const prefersDark = window.matchMedia('(prefers-color-scheme: dark)')
const machineIsDark = ref(prefersDark.matches)
prefersDark.addEventListener('change', ({ matches }) => {
  machineIsDark.value = matches
})

export const themeChoice = ref<ThemeChoice>(saved())
/** Changes whenever what is drawn on a canvas has to be drawn again. */
export const drawnTheme = ref<'light' | 'dark'>('light')

watchEffect(() => {
  const isDark = themeChoice.value === 'dark' || (themeChoice.value === 'system' && machineIsDark.value)
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light'
  drawnTheme.value = isDark ? 'dark' : 'light'
  localStorage.setItem(KEY, themeChoice.value)
})

function saved(): ThemeChoice {
  const value = localStorage.getItem(KEY)
  return value === 'light' || value === 'dark' ? value : 'system'
}
